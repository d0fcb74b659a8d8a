"""The group coordinator's pure core: classic groups, committed offsets, and groups kept for their kinds."""
