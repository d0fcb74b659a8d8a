"""What `kafka-dump-log` shows, one kind of file each."""
