"""Drives the group coordinator's core on the partitions of `__consumer_offsets` that this broker leads."""
