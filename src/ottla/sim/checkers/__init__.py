"""The invariants that a single node has, one file each; each holds the node's own state against a rule."""
