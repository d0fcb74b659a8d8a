"""Classic groups: the members agree on an assignment that their leader computes (JoinGroup, SyncGroup)."""
