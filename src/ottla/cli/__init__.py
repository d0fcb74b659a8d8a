"""The commands: one file each, under Kafka's tool names and the short ones."""
