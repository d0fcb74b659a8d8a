"""Bytes and messages: the primitives, and one module for every request, response and record of Kafka's."""
