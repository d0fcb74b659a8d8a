"""Apache Kafka itself, beside ours: start it, ask both, compare."""
