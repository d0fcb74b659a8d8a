"""Shards of replicated state machines: they turn commands into committed records and answers."""
