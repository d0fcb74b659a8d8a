"""What an administrator asks of a cluster, one subject a file: each question is a `Call`."""
