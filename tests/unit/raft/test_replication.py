"""What a follower does with what its leader sends."""

import pytest
from tests.unit.raft.replica_on_paper import (
    CountedEntropy,
    PaperReplica,
    a_follower,
    fetch_response,
    identity,
    records,
    sent,
    static_voters,
)

from ottla.model.errors import ErrorCode
from ottla.model.now import Now
from ottla.raft.batches import PreparedBatch
from ottla.raft.config import QuorumConfig
from ottla.raft.effects import (
    Append,
    BatchesRejected,
    CompleteSnapshot,
    DiscardSnapshot,
    HighWatermarkAdvanced,
    LoadSnapshot,
    RestartLogAt,
    Send,
    SyncLog,
    TruncateTo,
    WriteSnapshotChunk,
)
from ottla.raft.events import Fsynced, RequestFailed, ResponseReceived, Started, Ticked
from ottla.raft.log_view import LogView
from ottla.raft.positions import EpochAndOffset
from ottla.raft.quorum import Quorum
from ottla.raft.replica import InconsistentQuorum
from ottla.raft.rpcs.envelope import TOPIC
from ottla.raft.snapshots import snapshot_content
from ottla.raft.voter_history import VoterHistory
from ottla.wire.message import Message
from ottla.wire.messages import fetch_response as fetch_messages
from ottla.wire.messages import fetch_snapshot_response as snapshot_messages
from ottla.wire.messages.fetch_request import FetchRequest
from ottla.wire.messages.fetch_snapshot_request import FetchSnapshotRequest

SNAPSHOT = EpochAndOffset(epoch=1, offset=10)


def batch(offset: int, *values: str, epoch: int = 1) -> bytes:
    prepared: PreparedBatch = records(*values)
    return prepared.at(offset, epoch)


def next_fetch(replica: PaperReplica, fetch: Send, response: fetch_messages.FetchResponse) -> Send:
    (again,) = sent(replica.respond(fetch, response), FetchRequest)
    return again


def position(fetch: Send) -> tuple[int, int, int]:
    partition = fetch.request.topics[0].partitions[0]  # type: ignore[attr-defined]
    return partition.fetch_offset, partition.last_fetched_epoch, partition.high_watermark


def test_batches_are_appended_verbatim_and_synced_before_the_next_fetch() -> None:
    replica, fetch = a_follower()
    replica.syncs_at_once = False
    data = batch(0, "a") + batch(1, "b", "c")
    effects = replica.respond(fetch, fetch_response(records=data, high_watermark=2))
    assert [effect.data for effect in effects if isinstance(effect, Append)] == [
        batch(0, "a"),
        batch(1, "b", "c"),
    ]
    assert HighWatermarkAdvanced(2) in effects
    assert effects[-1] == SyncLog()
    assert not sent(effects, FetchRequest)
    (again,) = sent(replica.step(Fsynced()), FetchRequest)
    assert position(again) == (3, 1, 2)


def test_the_high_watermark_is_at_most_the_own_log_end() -> None:
    replica, fetch = a_follower()
    replica.respond(fetch, fetch_response(records=batch(0, "a"), high_watermark=100))
    assert replica.quorum.high_watermark == 1


def test_a_leader_that_knows_no_high_watermark_does_not_take_it_back() -> None:
    replica, fetch = a_follower()
    fetch = next_fetch(replica, fetch, fetch_response(records=batch(0, "a"), high_watermark=1))
    next_fetch(replica, fetch, fetch_response(high_watermark=-1))
    assert replica.quorum.high_watermark == 1


@pytest.mark.parametrize(
    "data",
    [
        batch(1, "gap"),
        batch(0, "newer than the leader", epoch=2),
        batch(0, "damaged")[:-2] + b"\xff\x00",
    ],
    ids=["gap", "epoch", "damage"],
)
def test_what_does_not_follow_is_asked_for_again(data: bytes) -> None:
    replica, fetch = a_follower()
    effects = replica.respond(fetch, fetch_response(records=data + batch(1, "behind")))
    assert any(isinstance(effect, BatchesRejected) for effect in effects)
    assert not any(isinstance(effect, Append) for effect in effects)
    assert position(sent(effects, FetchRequest)[0])[0] == 0


def test_a_batch_that_was_cut_off_is_asked_for_again() -> None:
    replica, fetch = a_follower()
    again = next_fetch(replica, fetch, fetch_response(records=batch(0, "a") + batch(1, "b")[:-3]))
    assert position(again)[:2] == (1, 1)


def test_a_differing_log_is_truncated_to_where_both_agree() -> None:
    replica, fetch = a_follower()
    fetch = next_fetch(replica, fetch, fetch_response(records=batch(0, "a") + batch(1, "b")))
    diverging = fetch_messages.EpochEndOffset(epoch=1, end_offset=1)
    effects = replica.respond(fetch, fetch_response(diverging_epoch=diverging))
    assert TruncateTo(1) in effects
    assert position(sent(effects, FetchRequest)[0])[:2] == (1, 1)


def test_what_is_committed_is_never_truncated() -> None:
    replica, fetch = a_follower()
    fetch = next_fetch(
        replica, fetch, fetch_response(records=batch(0, "a") + batch(1, "b"), high_watermark=2)
    )
    diverging = fetch_messages.EpochEndOffset(epoch=1, end_offset=1)
    with pytest.raises(InconsistentQuorum, match="truncation to offset 1, which is below the current high"):
        replica.respond(fetch, fetch_response(diverging_epoch=diverging))


def test_a_newer_leader_is_followed() -> None:
    replica, fetch = a_follower(leader_id=2, epoch=1)
    refused = fetch_response(3, 4, error_code=ErrorCode.FENCED_LEADER_EPOCH)
    again = next_fetch(replica, fetch, refused)
    assert (again.destination.node_id, replica.quorum.epoch) == (3, 4)


def test_an_answer_of_an_old_epoch_is_not_taken() -> None:
    replica, fetch = a_follower(leader_id=2, epoch=4)
    replica.respond(fetch, fetch_response(2, 3, records=batch(0, "a", epoch=3)))
    assert replica.quorum.log_end_offset == 0


def test_a_leader_that_does_not_answer_is_looked_for_elsewhere() -> None:
    replica, fetch = a_follower()
    failed = replica.step(RequestFailed(fetch.correlation_id, ErrorCode.BROKER_NOT_AVAILABLE))
    (asked,) = sent(failed, FetchRequest)
    assert asked.destination.node_id < 0


def test_a_refused_request_that_must_not_be_refused_stops_the_node() -> None:
    replica, fetch = a_follower()
    with pytest.raises(InconsistentQuorum, match="invalid request"):
        replica.respond(fetch, fetch_response(error_code=ErrorCode.INVALID_REQUEST))


def test_who_hears_nothing_asks_for_an_election() -> None:
    replica, _ = a_follower()
    replica.step(Ticked(), at_ms=1_999)
    assert replica.quorum.leader_id == 2
    effects = replica.step(Ticked(), at_ms=2_000)
    assert any(type(send.request).__name__ == "VoteRequest" for send in effects if isinstance(send, Send))


def test_a_broker_finds_the_leader_and_does_not_wait_for_its_own_disk() -> None:
    broker = Quorum(
        identity(7, (1, 2), can_become_voter=False),
        QuorumConfig(),
        CountedEntropy(),
        LogView.recovered(0, 0, [], {}),
        VoterHistory(static_voters(1, 2)),
        None,
    )
    (asked,) = sent(broker.step(Started(), Now(0, 0)), FetchRequest)
    assert asked.destination.node_id == -2
    refused = fetch_response(2, 3, error_code=ErrorCode.NOT_LEADER_OR_FOLLOWER)
    refused.node_endpoints = [fetch_messages.NodeEndpoint(node_id=2, host="elsewhere", port=5)]
    effects = broker.step(_answer(asked, refused), Now(5, 5))
    (fetch,) = sent(effects, FetchRequest)
    assert fetch.destination == (2, "elsewhere", 5)
    effects = broker.step(_answer(fetch, fetch_response(2, 3, records=batch(0, "a"))), Now(9, 9))
    assert SyncLog() not in effects
    assert sent(effects, FetchRequest)
    assert broker.step(Ticked(), Now(10**6, 0)) is not None
    assert broker.leader_id == 2


def _answer(send: Send, response: Message) -> ResponseReceived:
    return ResponseReceived(send.correlation_id, response)


def told_of_snapshot() -> tuple[PaperReplica, Send]:
    """A follower that is told to fetch `SNAPSHOT`."""
    replica, fetch = a_follower()
    fetch = next_fetch(replica, fetch, fetch_response(records=batch(0, "a")))
    told = fetch_messages.SnapshotId(end_offset=SNAPSHOT.offset, epoch=SNAPSHOT.epoch)
    (asked,) = sent(replica.respond(fetch, fetch_response(snapshot_id=told)), FetchSnapshotRequest)
    return replica, asked


def chunk(
    content: bytes, position: int, size: int, **partition: object
) -> snapshot_messages.FetchSnapshotResponse:
    told = snapshot_messages.PartitionSnapshot(
        snapshot_id=snapshot_messages.SnapshotId(end_offset=SNAPSHOT.offset, epoch=SNAPSHOT.epoch),
        current_leader=snapshot_messages.LeaderIdAndEpoch(leader_id=2, leader_epoch=1),
        size=len(content),
        position=position,
        unaligned_records=content[position : position + size],
        **partition,  # type: ignore[arg-type]
    )
    return snapshot_messages.FetchSnapshotResponse(
        topics=[snapshot_messages.TopicSnapshot(name=TOPIC, partitions=[told])]
    )


def a_snapshot() -> bytes:
    return b"".join(snapshot_content(SNAPSHOT, [], last_contained_log_timestamp_ms=1, now_ms=1))


def test_a_snapshot_comes_in_pieces_and_takes_the_place_of_the_log() -> None:
    replica, asked = told_of_snapshot()
    content = a_snapshot()
    effects = replica.respond(asked, chunk(content, 0, 50))
    assert WriteSnapshotChunk(SNAPSHOT, 0, content[:50]) in effects
    (asked,) = sent(effects, FetchSnapshotRequest)
    assert asked.request.topics[0].partitions[0].position == 50  # type: ignore[attr-defined]
    effects = replica.respond(asked, chunk(content, 50, 10_000))
    wanted = [
        WriteSnapshotChunk(SNAPSHOT, 50, content[50:]),
        CompleteSnapshot(SNAPSHOT),
        RestartLogAt(SNAPSHOT, ()),
        LoadSnapshot(SNAPSHOT),
        HighWatermarkAdvanced(10),
    ]
    assert effects[:5] == wanted
    assert position(sent(effects, FetchRequest)[0]) == (10, 1, 10)


@pytest.mark.parametrize("error", [ErrorCode.SNAPSHOT_NOT_FOUND, ErrorCode.POSITION_OUT_OF_RANGE])
def test_a_snapshot_that_is_gone_is_given_up(error: ErrorCode) -> None:
    replica, asked = told_of_snapshot()
    effects = replica.respond(asked, chunk(b"", 0, 0, error_code=error))
    assert DiscardSnapshot(SNAPSHOT) in effects
    assert sent(effects, FetchRequest)


def test_a_damaged_snapshot_is_given_up() -> None:
    replica, asked = told_of_snapshot()
    content = bytearray(a_snapshot())
    content[30] ^= 1
    effects = replica.respond(asked, chunk(bytes(content), 0, 10_000))
    assert DiscardSnapshot(SNAPSHOT) in effects
    assert sent(effects, FetchRequest)


def test_a_new_leader_in_the_midst_of_a_snapshot_discards_it() -> None:
    replica, asked = told_of_snapshot()
    replica.respond(asked, chunk(a_snapshot(), 0, 50))
    effects = replica.step(Ticked(), at_ms=10_000)
    assert DiscardSnapshot(SNAPSHOT) in effects
