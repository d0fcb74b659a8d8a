"""Ottla: Apache Kafka, the whole system, in Python."""

__version__ = "0.1.0"
