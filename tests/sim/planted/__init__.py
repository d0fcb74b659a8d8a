"""Bugs that are planted into the node, by room: whoever watches must find each of them."""
