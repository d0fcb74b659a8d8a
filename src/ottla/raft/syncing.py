"""When the log must be on the medium, and what it means that it is.

A voter tells the leader by its next fetch that it holds what is below; the leader counts its own log
likewise, only as far as it is synced. One sync runs at a time; what is appended meanwhile goes with the next.
"""

from ottla.raft.effects import SyncLog
from ottla.raft.replica import Replica
from ottla.raft.states.leader import Leader


def begin_sync_when_due(replica: Replica) -> None:
    """A leader lets appends gather for the linger time, a follower syncs at once."""
    if replica.is_syncing or not replica.must_sync or not replica.has_unsynced():
        return
    due_ms = replica.linger_deadline_ms
    if isinstance(replica.state, Leader) and due_ms is not None and due_ms > replica.now.mono_ms:
        return
    replica.linger_deadline_ms = None
    replica.is_syncing, replica.syncing_to = True, replica.log.end_offset
    replica.emit(SyncLog())


def sync_ended(replica: Replica) -> None:
    assert replica.is_syncing, "a sync is told once"
    replica.is_syncing = False
    replica.log.synced_offset = max(replica.log.synced_offset, replica.syncing_to)


def sync_deadline(replica: Replica) -> int | None:
    """When a leader's lingering appends are due."""
    waits = isinstance(replica.state, Leader) and replica.has_unsynced() and not replica.is_syncing
    return replica.linger_deadline_ms if waits else None


def forget_from(replica: Replica, offset: int) -> None:
    """Forget the log from `offset` on; a sync under way speaks no more for what comes there instead."""
    replica.log.truncate_to(offset)
    replica.voters.truncate_from(offset)
    replica.syncing_to = min(replica.syncing_to, offset)
