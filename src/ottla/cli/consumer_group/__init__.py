"""What `kafka-consumer-groups` does, one action a file."""
