"""Records as Kafka's tools print them: JSON with the fields of one version."""
