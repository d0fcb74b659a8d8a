"""What `kafka-features` does."""
