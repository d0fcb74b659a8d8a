"""Formatted log directories.

`meta.properties`, the bootstrap records, and what `kafka-storage` does with them.
"""
