"""Drives the metadata quorum: the raft core, the metadata log and its snapshots, the active controller."""
