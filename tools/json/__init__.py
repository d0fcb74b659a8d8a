"""The fields of records as Kafka's tools print them in JSON, generated from the definitions in its jars."""
