"""A quorum of one: it leads at once, and commits what is on its medium and nothing else."""

from tests.unit.raft.replica_on_paper import PaperReplica, records

from ottla.model.errors import ErrorCode
from ottla.raft.config import QuorumConfig
from ottla.raft.control_records import read_control_records
from ottla.raft.effects import (
    Accepted,
    Append,
    BecameLeader,
    HighWatermarkAdvanced,
    LostLeadership,
    PersistQuorumState,
    Refused,
    ShutdownCompleted,
    SyncLog,
)
from ottla.raft.events import Fsynced, Proposed, ResignRequested, ShutdownRequested, Ticked
from ottla.wire.messages.leader_change_message import LeaderChangeMessage


def test_it_elects_itself_and_writes_a_leader_change_first() -> None:
    replica = PaperReplica()
    effects = replica.start()
    assert [
        type(effect) for effect in effects if isinstance(effect, PersistQuorumState | Append | SyncLog)
    ] == [
        PersistQuorumState,
        Append,
        SyncLog,
    ]
    change = read_control_records(replica.batches[0])[0]
    assert isinstance(change, LeaderChangeMessage)
    assert (change.leader_id, [voter.voter_id for voter in change.granting_voters]) == (1, [1])
    assert effects[-1] == BecameLeader(epoch=1)
    assert HighWatermarkAdvanced(1) in effects


def test_nothing_is_committed_before_it_is_synced() -> None:
    replica = PaperReplica()
    replica.syncs_at_once = False
    assert HighWatermarkAdvanced(1) not in replica.start()
    assert replica.quorum.high_watermark is None
    assert HighWatermarkAdvanced(1) in replica.step(Fsynced())


def test_a_proposal_is_told_its_offsets_and_commits_with_the_sync() -> None:
    replica = PaperReplica()
    replica.start()
    effects = replica.step(Proposed(replica.ticket(), 1, (records("a", "b"), records("c"))))
    assert effects[0] == Accepted(effects[0].ticket, base_offset=1, end_offset=4)  # type: ignore[union-attr]
    assert effects[-1] == HighWatermarkAdvanced(4)
    assert [(batch.base_offset, batch.epoch) for batch in replica.batches] == [(0, 1), (1, 1), (3, 1)]


def test_what_is_proposed_during_a_sync_waits_for_the_next() -> None:
    replica = PaperReplica()
    replica.start()
    replica.syncs_at_once = False
    assert SyncLog() in replica.step(Proposed(replica.ticket(), 1, (records("a"),)))
    assert SyncLog() not in replica.step(Proposed(replica.ticket(), 1, (records("b"),)))
    effects = replica.step(Fsynced())
    assert effects == [HighWatermarkAdvanced(2), SyncLog()]
    assert replica.step(Fsynced()) == [HighWatermarkAdvanced(3)]


def test_appends_gather_for_the_linger_time() -> None:
    replica = PaperReplica(config=QuorumConfig(append_linger_ms=25))
    replica.start()
    assert SyncLog() not in replica.step(Proposed(replica.ticket(), 1, (records("a"),)), at_ms=100)
    assert replica.quorum.next_deadline() == 125
    replica.step(Proposed(replica.ticket(), 1, (records("b"),)), at_ms=120)
    assert replica.step(Ticked(), at_ms=125)[-1] == HighWatermarkAdvanced(3)


def test_a_restart_begins_a_new_epoch() -> None:
    replica = PaperReplica()
    replica.start()
    replica.step(Proposed(replica.ticket(), 1, (records("a"),)))
    assert replica.restart()[-1] == BecameLeader(epoch=2)
    assert [batch.epoch for batch in replica.batches] == [1, 1, 2]
    assert replica.quorum.high_watermark == 3


def test_a_proposal_of_an_old_epoch_is_refused() -> None:
    replica = PaperReplica()
    replica.start()
    replica.restart()
    ticket = replica.ticket()
    assert replica.step(Proposed(ticket, 1, (records("a"),))) == [Refused(ticket, ErrorCode.NOT_CONTROLLER)]


def test_a_controller_that_gives_up_leads_again_in_a_new_epoch() -> None:
    replica = PaperReplica()
    replica.start()
    assert LostLeadership(1) in replica.step(ResignRequested(1))
    deadline = replica.quorum.next_deadline()
    assert deadline == 1_000
    effects = replica.step(Ticked(), at_ms=deadline)
    if not any(isinstance(effect, BecameLeader) for effect in effects):
        effects = replica.step(Ticked(), at_ms=replica.quorum.next_deadline())
    assert effects[-1] == BecameLeader(epoch=3)


def test_it_leaves_at_once() -> None:
    replica = PaperReplica()
    replica.start()
    assert replica.step(ShutdownRequested(5_000)) == [LostLeadership(1), ShutdownCompleted(in_order=True)]
    ticket = replica.ticket()
    assert replica.step(Proposed(ticket, 1, (records("a"),))) == [Refused(ticket, ErrorCode.NOT_CONTROLLER)]
    assert replica.quorum.next_deadline() is None
