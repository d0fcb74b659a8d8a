"""The consumer's core: membership of a classic group, positions, fetches, and what they bring."""
