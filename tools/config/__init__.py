"""Generates the table of Kafka's configuration definitions, and the reference that people read."""
