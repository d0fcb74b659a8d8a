"""What `kafka-configs` does: which entities are meant, and what is shown and changed of each kind."""
