"""What `kafka-storage` is made of: its command line and the tables that it shows."""
