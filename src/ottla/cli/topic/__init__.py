"""What `kafka-topics` does, one action a file."""
