"""What `kafka-cluster` does."""
