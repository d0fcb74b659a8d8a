"""Channels to the other nodes: what a broker asks the active controller."""
