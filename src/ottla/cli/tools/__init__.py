"""What several of Kafka's tools share."""
