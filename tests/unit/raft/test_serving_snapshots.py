"""FetchSnapshot, DescribeQuorum and UpdateRaftVoter as the leader serves them."""

from typing import Any

import pytest
from tests.unit.raft.replica_on_paper import (
    CLUSTER,
    LISTENER,
    PaperReplica,
    a_follower,
    a_leader,
    directory,
    fetch_request,
)

from ottla.model.errors import ErrorCode
from ottla.raft.effects import AnswerFromSnapshot
from ottla.raft.events import SnapshotCreated
from ottla.raft.positions import EpochAndOffset
from ottla.raft.rpcs.envelope import TOPIC
from ottla.raft.states.leader import Leader
from ottla.wire.messages import describe_quorum_request as describe_messages
from ottla.wire.messages import fetch_snapshot_request as snapshot_messages
from ottla.wire.messages import update_raft_voter_request as update_messages

SNAPSHOT = EpochAndOffset(epoch=1, offset=1)


def leader_with_snapshot() -> PaperReplica:
    leader = a_leader()
    leader.ask(fetch_request(2, 1, last_epoch=1, max_wait_ms=0))
    leader.step(SnapshotCreated(SNAPSHOT, 100))
    return leader


def fetch_snapshot(
    *,
    snapshot: EpochAndOffset = SNAPSHOT,
    position: int = 0,
    epoch: int = 1,
    index: int = 0,
    max_bytes: int = 40,
) -> snapshot_messages.FetchSnapshotRequest:
    partition = snapshot_messages.PartitionSnapshot(
        partition=index,
        current_leader_epoch=epoch,
        snapshot_id=snapshot_messages.SnapshotId(end_offset=snapshot.offset, epoch=snapshot.epoch),
        position=position,
        replica_directory_id=directory(3),
    )
    return snapshot_messages.FetchSnapshotRequest(
        cluster_id=CLUSTER,
        replica_id=3,
        max_bytes=max_bytes,
        topics=[snapshot_messages.TopicSnapshot(name=TOPIC, partitions=[partition])],
    )


def test_bytes_are_handed_out_from_the_position_on() -> None:
    leader = leader_with_snapshot()
    (answer,) = leader.ask(fetch_snapshot(position=30))
    assert isinstance(answer, AnswerFromSnapshot)
    assert (answer.snapshot, answer.position, answer.max_bytes) == (SNAPSHOT, 30, 40)
    partition: Any = answer.response.topics[0].partitions[0]  # type: ignore[attr-defined]
    assert (partition.size, partition.position, partition.error_code) == (100, 30, 0)
    assert (partition.snapshot_id.end_offset, partition.snapshot_id.epoch) == (1, 1)
    state = leader.quorum.replica.state
    assert isinstance(state, Leader)
    assert state.check_quorum_deadline_ms == leader.now_ms + 3_000


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (fetch_snapshot(snapshot=EpochAndOffset(1, 9)), ErrorCode.SNAPSHOT_NOT_FOUND),
        (fetch_snapshot(snapshot=EpochAndOffset(0, 0)), ErrorCode.SNAPSHOT_NOT_FOUND),
        (fetch_snapshot(position=-1), ErrorCode.POSITION_OUT_OF_RANGE),
        (fetch_snapshot(position=100), ErrorCode.POSITION_OUT_OF_RANGE),
        (fetch_snapshot(epoch=0), ErrorCode.FENCED_LEADER_EPOCH),
        (fetch_snapshot(epoch=2), ErrorCode.UNKNOWN_LEADER_EPOCH),
        (fetch_snapshot(index=1), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
def test_a_wrong_request_is_refused(request_: Any, error: ErrorCode) -> None:
    response = leader_with_snapshot().answered(request_)
    assert response.topics[0].partitions[0].error_code == error
    for version in (0, 1):
        leader_with_snapshot().answered(request_, version).write(bytearray(), version)


def describe(topic: str = TOPIC) -> describe_messages.DescribeQuorumRequest:
    partition = describe_messages.PartitionData(partition_index=0)
    return describe_messages.DescribeQuorumRequest(
        topics=[describe_messages.TopicData(topic_name=topic, partitions=[partition])]
    )


def test_the_quorum_is_described_with_everyones_progress() -> None:
    leader = leader_with_snapshot()
    leader.ask(fetch_request(9, 1, last_epoch=1, max_wait_ms=0))
    response = leader.answered(describe())
    partition = response.topics[0].partitions[0]
    assert (partition.leader_id, partition.leader_epoch, partition.high_watermark) == (1, 1, 1)
    assert [(v.replica_id, v.log_end_offset) for v in partition.current_voters] == [(1, 1), (2, 1), (3, -1)]
    assert [(o.replica_id, o.log_end_offset) for o in partition.observers] == [(9, 1)]
    now = 1_000_000 + leader.now_ms
    assert [v.last_caught_up_timestamp for v in partition.current_voters] == [now, now, -1]
    assert [node.node_id for node in response.nodes] == [1, 2, 3]


def test_an_observer_that_went_silent_is_not_described() -> None:
    leader = leader_with_snapshot()
    leader.ask(fetch_request(9, 1, last_epoch=1, max_wait_ms=0))
    state = leader.quorum.replica.state
    assert isinstance(state, Leader)
    state.forget_silent_observers(leader.now_ms + 299_999)
    assert len(state.observers) == 1
    state.forget_silent_observers(leader.now_ms + 300_000)
    assert len(state.observers) == 0


def test_only_the_leader_describes_and_only_its_own_topic() -> None:
    partition = a_follower()[0].answered(describe()).topics[0].partitions[0]
    assert partition.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    partition = a_leader().answered(describe("other")).topics[0].partitions[0]
    assert partition.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_descriptions_fit_their_versions() -> None:
    for version in (0, 1, 2):
        leader_with_snapshot().answered(describe(), version).write(bytearray(), version)


def update(
    *, voter: int = 2, levels: tuple[int, int] = (0, 1), listener: str = LISTENER, epoch: int = 1
) -> update_messages.UpdateRaftVoterRequest:
    return update_messages.UpdateRaftVoterRequest(
        cluster_id=CLUSTER,
        current_leader_epoch=epoch,
        voter_id=voter,
        voter_directory_id=directory(max(voter, 0)),
        listeners=[update_messages.Listener(name=listener, host="moved", port=7)],
        kraft_version_feature=update_messages.KRaftVersionFeature(
            min_supported_version=levels[0], max_supported_version=levels[1]
        ),
    )


def test_a_voter_tells_where_it_is_and_the_leader_remembers() -> None:
    leader = leader_with_snapshot()
    response = leader.answered(update())
    assert (response.error_code, response.current_leader.leader_id) == (0, 1)
    assert (response.current_leader.host, response.current_leader.port) == ("host1", 9093)
    state = leader.quorum.replica.state
    assert isinstance(state, Leader)
    assert state.volatile_voters is not None
    assert state.volatile_voters.by_id[2].endpoints[LISTENER] == ("moved", 7)
    assert leader.quorum.log_end_offset == 1


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (update(voter=9), ErrorCode.VOTER_NOT_FOUND),
        (update(voter=-1), ErrorCode.INVALID_REQUEST),
        (update(levels=(1, 0)), ErrorCode.INVALID_REQUEST),
        (update(levels=(1, 1)), ErrorCode.INVALID_REQUEST),
        (update(listener="OTHER"), ErrorCode.INVALID_REQUEST),
        (update(epoch=0), ErrorCode.FENCED_LEADER_EPOCH),
    ],
)
def test_a_wrong_update_is_refused(request_: Any, error: ErrorCode) -> None:
    assert leader_with_snapshot().answered(request_).error_code == error


def test_an_update_waits_until_the_epoch_is_committed() -> None:
    assert a_leader().answered(update()).error_code == ErrorCode.REQUEST_TIMED_OUT
