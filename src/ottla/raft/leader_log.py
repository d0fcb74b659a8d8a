"""The leader's own writes, and what becomes of them."""

from ottla.raft.batches import PreparedBatch, read_batches
from ottla.raft.control_records import note_control_records
from ottla.raft.effects import Append, BecameLeader, HighWatermarkAdvanced, LeaderChanged
from ottla.raft.replica import Replica
from ottla.raft.states.leader import Leader


def append_as_leader(replica: Replica, leader: Leader, batch: PreparedBatch) -> None:
    """Put one batch at the end of the log. It counts when it is synced."""
    base_offset = replica.log.end_offset
    end_offset = base_offset + batch.record_count
    data = batch.at(base_offset, leader.epoch)
    replica.log.append(leader.epoch, base_offset, end_offset)
    replica.emit(Append(leader.epoch, base_offset, end_offset, data))
    if replica.linger_deadline_ms is None:
        replica.linger_deadline_ms = replica.now.mono_ms + replica.config.append_linger_ms
    for view in read_batches(data):
        if view.is_control:
            note_control_records(replica.voters, view)
            leader.take_voter_set(replica.voter_set)
            # kraft.version may have risen with it, and the form of the file with that.
            replica.persist()


def commit_as_leader(replica: Replica, leader: Leader) -> None:
    """Count what the voters hold.

    Hand on what is newly committed, and let the controller begin when it may.
    """
    if not leader.advance_high_watermark(replica.log.synced_offset):
        return
    assert leader.high_watermark is not None, "it was just set"
    if replica.raise_high_watermark(leader.high_watermark):
        replica.emit(HighWatermarkAdvanced(leader.high_watermark))
    if not leader.has_announced:
        leader.has_announced = True
        replica.emit(LeaderChanged(leader.epoch, leader.leader_id, dict(leader.leader_endpoints)))
        replica.emit(BecameLeader(leader.epoch))
