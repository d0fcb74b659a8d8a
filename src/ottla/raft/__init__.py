"""The metadata quorum (KIP-595, 996, 853): elections, replication by fetch, snapshots, voters. Sans-IO.

`quorum.Quorum` is the core: `step(event, now) -> list[Effect]` and `next_deadline()`. `events` and `effects`
are its language; whoever drives it carries effects out in order and brings what came of the slow ones back as
events.
"""
