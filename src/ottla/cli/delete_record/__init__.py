"""What `kafka-delete-records` is given."""
