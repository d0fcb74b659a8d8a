"""The partitions that this broker holds: their logs, their replica state, and who waits on them."""
