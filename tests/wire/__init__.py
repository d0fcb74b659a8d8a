"""Every message at every version: against itself, against kio, against Apache Kafka's own classes."""
