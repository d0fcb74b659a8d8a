"""Kafka's configuration: every key with its type, default and rules, and what Ottla does with it."""
