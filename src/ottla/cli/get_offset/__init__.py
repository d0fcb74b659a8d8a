"""What `kafka-get-offsets` is asked, and what it says."""
