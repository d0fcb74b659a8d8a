"""Fetch as the leader serves it: what it answers, when it waits, and what it learns."""

from typing import Any

import pytest
from tests.unit.raft.replica_on_paper import (
    PaperReplica,
    a_follower,
    a_leader,
    fetch_request,
    records,
)

from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO
from ottla.raft.effects import Answer, AnswerFromLog, DeleteBefore, HighWatermarkAdvanced
from ottla.raft.events import (
    LogCleaned,
    Proposed,
    ResignRequested,
    ShutdownRequested,
    SnapshotCreated,
    Ticked,
)
from ottla.raft.positions import EpochAndOffset
from ottla.raft.states.leader import Leader


def a_leader_of_records() -> PaperReplica:
    """Epoch 1: LeaderChange at 0, three records behind it, all committed by node 2."""
    leader = a_leader()
    leader.ask(fetch_request(2, 1, last_epoch=1, max_wait_ms=0))
    leader.step(Proposed(leader.ticket(), 1, (records("a", "b", "c"),)))
    leader.ask(fetch_request(2, 4, last_epoch=1, max_wait_ms=0))
    assert leader.quorum.high_watermark == 4
    return leader


def partition_of(response: Any) -> Any:
    return response.responses[0].partitions[0]


def test_records_are_answered_at_once_up_to_the_log_end() -> None:
    leader = a_leader_of_records()
    (answer,) = leader.ask(fetch_request(3, 1, last_epoch=1))
    assert isinstance(answer, AnswerFromLog)
    assert (answer.offset, answer.end_offset) == (1, 4)
    assert partition_of(answer.response).high_watermark == 4


def test_a_fetch_at_the_end_waits_for_more() -> None:
    leader = a_leader_of_records()
    assert leader.ask(fetch_request(3, 4, last_epoch=1, high_watermark=4)) == []
    effects = leader.step(Proposed(leader.ticket(), 1, (records("d"),)))
    assert [effect.offset for effect in effects if isinstance(effect, AnswerFromLog)] == [4]


def test_a_fetch_at_the_end_is_answered_empty_when_its_time_is_over() -> None:
    leader = a_leader_of_records()
    leader.ask(fetch_request(3, 4, last_epoch=1, high_watermark=4))
    assert leader.quorum.next_deadline() == leader.now_ms + 500
    (answer,) = leader.step(Ticked(), at_ms=leader.now_ms + 500)
    assert isinstance(answer, Answer)
    partition = partition_of(answer.response)
    assert (partition.error_code, partition.records, partition.high_watermark) == (0, b"", 4)


def test_a_fetch_that_waited_in_vain_says_nothing_new_of_its_follower() -> None:
    leader = a_leader_of_records()
    leader.ask(fetch_request(2, 4, last_epoch=1, high_watermark=4))
    state = leader.quorum.replica.state
    assert isinstance(state, Leader)
    before = (state.check_quorum_deadline_ms, state.voters[2].last_fetch_ms)
    leader.step(Ticked(), at_ms=leader.now_ms + 500)
    assert (state.check_quorum_deadline_ms, state.voters[2].last_fetch_ms) == before


def test_a_snapshot_that_comes_too_late_is_removed() -> None:
    leader = a_leader_of_records()
    newer, older = EpochAndOffset(epoch=1, offset=4), EpochAndOffset(epoch=1, offset=1)
    leader.step(SnapshotCreated(newer, 100))
    leader.step(LogCleaned(newer))
    assert leader.step(SnapshotCreated(older, 100)) == [DeleteBefore(newer, (older,))]
    assert leader.quorum.replica.log.snapshot_sizes == {newer: 100}


def test_who_does_not_know_the_high_watermark_is_told_at_once() -> None:
    leader = a_leader_of_records()
    (answer,) = leader.ask(fetch_request(3, 4, last_epoch=1, high_watermark=3))
    assert isinstance(answer, Answer)


def test_a_waiting_fetch_is_answered_when_something_commits() -> None:
    leader = a_leader_of_records()
    leader.step(Proposed(leader.ticket(), 1, (records("d"),)))
    assert leader.ask(fetch_request(8, 5, last_epoch=1, high_watermark=4)) == []
    effects = leader.ask(fetch_request(2, 5, last_epoch=1, high_watermark=4))
    assert effects[0] == HighWatermarkAdvanced(5)
    assert [type(effect) for effect in effects[1:]] == [Answer, Answer]


def test_the_high_watermark_is_unknown_until_the_own_epoch_commits() -> None:
    leader = a_leader()
    assert partition_of(leader.answered(fetch_request(9, 0))).high_watermark == -1


def test_the_high_watermark_is_what_a_majority_holds() -> None:
    leader = a_leader(voter_ids=(1, 2, 3))
    leader.ask(fetch_request(2, 1, last_epoch=1, max_wait_ms=0))
    leader.step(Proposed(leader.ticket(), 1, (records("a", "b"),)))
    assert leader.quorum.high_watermark == 1
    leader.ask(fetch_request(3, 3, last_epoch=1, max_wait_ms=0))
    assert leader.quorum.high_watermark == 3


def test_observers_do_not_count() -> None:
    leader = a_leader()
    leader.ask(fetch_request(9, 1, last_epoch=1, max_wait_ms=0))
    leader.ask(fetch_request(-1, 1, last_epoch=1, max_wait_ms=0))
    assert leader.quorum.high_watermark is None
    state = leader.quorum.replica.state
    assert isinstance(state, Leader)
    assert [key.node_id for key in state.observers] == [9]


def test_a_log_that_differs_is_told_where() -> None:
    partition = partition_of(a_leader_of_records().answered(fetch_request(3, 9, last_epoch=1)))
    assert (partition.diverging_epoch.epoch, partition.diverging_epoch.end_offset) == (1, 4)
    assert partition.error_code == ErrorCode.NONE


def test_what_a_differing_log_holds_is_not_counted() -> None:
    leader = a_leader()
    leader.answered(fetch_request(2, 9, last_epoch=1))
    assert leader.quorum.high_watermark is None


def test_who_is_behind_the_log_is_told_of_the_snapshot() -> None:
    leader = a_leader_of_records()
    snapshot = EpochAndOffset(epoch=1, offset=4)
    leader.step(SnapshotCreated(snapshot, 100))
    leader.step(LogCleaned(snapshot))
    for offset, epoch in ((0, 0), (2, 1)):
        partition = partition_of(leader.answered(fetch_request(3, offset, last_epoch=epoch)))
        assert (partition.snapshot_id.end_offset, partition.snapshot_id.epoch) == (4, 1)
        assert partition.log_start_offset == 4


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (fetch_request(2, -1), ErrorCode.INVALID_REQUEST),
        (fetch_request(2, 0, last_epoch=-1), ErrorCode.INVALID_REQUEST),
        (fetch_request(2, 0, last_epoch=2), ErrorCode.INVALID_REQUEST),
        (fetch_request(2, 0, max_wait_ms=-1), ErrorCode.INVALID_REQUEST),
        (fetch_request(2, 0, epoch=0), ErrorCode.FENCED_LEADER_EPOCH),
        (fetch_request(2, 0, epoch=2), ErrorCode.UNKNOWN_LEADER_EPOCH),
        (fetch_request(1, 1, last_epoch=1), ErrorCode.UNKNOWN_SERVER_ERROR),
    ],
)
def test_a_wrong_fetch_is_refused_and_told_who_leads(request_: Any, error: ErrorCode) -> None:
    response = a_leader().answered(request_)
    partition = partition_of(response)
    assert partition.error_code == error
    assert (partition.current_leader.leader_id, partition.current_leader.leader_epoch) == (1, 1)
    assert [(node.node_id, node.host) for node in response.node_endpoints] == [(1, "host1")]


def test_a_follower_names_the_leader() -> None:
    response = a_follower(leader_id=2)[0].answered(fetch_request(3, 0))
    assert partition_of(response).error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert [(node.node_id, node.host) for node in response.node_endpoints] == [(2, "host2")]


def test_another_topic_or_cluster_is_refused_whole() -> None:
    request = fetch_request(2, 0)
    request.cluster_id = "other"
    assert a_leader().answered(request).error_code == ErrorCode.INCONSISTENT_CLUSTER_ID
    request = fetch_request(2, 0)
    request.topics[0].topic_id = ZERO
    assert a_leader().answered(request).error_code == ErrorCode.INVALID_REQUEST
    request.topics = []
    assert a_leader().answered(request).error_code == ErrorCode.INVALID_REQUEST


def test_waiting_fetches_are_refused_when_the_leader_resigns_or_leaves() -> None:
    for event in (ResignRequested(1), ShutdownRequested(1_000)):
        leader = a_leader_of_records()
        leader.ask(fetch_request(3, 4, last_epoch=1, high_watermark=4))
        answers = [effect for effect in leader.step(event) if isinstance(effect, Answer)]
        assert [partition_of(answer.response).error_code for answer in answers] == [
            ErrorCode.NOT_LEADER_OR_FOLLOWER
        ]


def test_endpoints_are_told_from_version_17_on() -> None:
    for version in range(13, 19):
        response = a_leader().answered(fetch_request(9, 0), version)
        assert [node.node_id for node in response.node_endpoints] == ([1] if version >= 17 else [])
        response.write(bytearray(), version)
