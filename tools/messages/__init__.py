"""Writes the message classes of `ottla.wire` from the definitions that Apache Kafka ships inside its jars."""
