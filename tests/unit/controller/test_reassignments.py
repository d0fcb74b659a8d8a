"""Reassignments: partitions move in steps, can be taken back, and are listed while they move."""

import pytest
from tests.unit.controller.cluster import TICKET, Cluster
from tests.unit.controller.requests import move, partition, propose
from tests.unit.controller.test_partition_change import a_partition

from ottla.controller.reassignment import Reassignment, reassign, revert
from ottla.controller.reassignments import ListPartitionReassignments
from ottla.model.errors import ErrorCode
from ottla.wire.messages.list_partition_reassignments_request import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsTopics,
)


def moving(cluster: Cluster, topics: list[tuple[str, list[int]]] | None = None) -> list[tuple[str, int]]:
    wanted = (
        None
        if topics is None
        else [ListPartitionReassignmentsTopics(name=name, partition_indexes=ids) for name, ids in topics]
    )
    answer = cluster.run(ListPartitionReassignments(TICKET, ListPartitionReassignmentsRequest(topics=wanted)))
    return [(topic.name, each.partition_index) for topic in answer.topics for each in topic.partitions]


OK = (ErrorCode.NONE, None)


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster().start_brokers(1, 2, 3, 4)
    cluster.create_topic("foo", [[1, 2], [2, 1]])
    return cluster


def test_a_move_adds_the_new_replicas_waits_for_them_and_then_drops_the_old(cluster: Cluster) -> None:
    assert move(cluster, "foo", 0, [3, 2]) == OK
    under_way = partition(cluster)
    assert (under_way.replicas, under_way.adding_replicas, under_way.removing_replicas) == (
        (3, 2, 1),
        (3,),
        (1,),
    )
    assert (under_way.leader, moving(cluster)) == (1, [("foo", 0)])
    code, _ = propose(cluster, 1, "foo", 0, [1, 2, 3])
    assert code == ErrorCode.NEW_LEADER_ELECTED
    done = partition(cluster)
    assert (done.replicas, done.isr, done.leader) == ((3, 2), (2, 3), 3)
    assert not done.is_reassigning
    assert moving(cluster) == []


def test_a_leader_that_stays_is_told_of_the_end_of_the_move(cluster: Cluster) -> None:
    assert move(cluster, "foo", 0, [1, 3]) == OK
    assert propose(cluster, 1, "foo", 0, [1, 2, 3]) == (ErrorCode.NONE, (1, 2, [1, 3]))
    assert partition(cluster).leader_epoch == 1


def test_another_order_of_the_same_replicas_is_done_at_once(cluster: Cluster) -> None:
    assert move(cluster, "foo", 0, [2, 1]) == OK
    assert (partition(cluster).replicas, partition(cluster).leader, moving(cluster)) == ((2, 1), 1, [])


def test_a_move_can_be_taken_back(cluster: Cluster) -> None:
    move(cluster, "foo", 0, [3, 4])
    assert move(cluster, "foo", 0, None) == OK
    back = partition(cluster)
    assert (back.replicas, back.isr, back.leader, back.is_reassigning) == ((2, 1), (1, 2), 1, False) or (
        back.replicas,
        back.isr,
        back.is_reassigning,
    ) == ((1, 2), (1, 2), False)


def test_what_does_not_move_cannot_be_taken_back(cluster: Cluster) -> None:
    assert move(cluster, "foo", 0, None) == (ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, None)


@pytest.mark.parametrize(
    ("name", "index", "replicas", "code", "message"),
    [
        ("bar", 0, [1], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named bar."),
        ("foo", 9, [1], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find partition foo:9."),
        (
            "foo",
            0,
            [7],
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes broker 7, but no such broker is registered.",
        ),
        (
            "foo",
            0,
            [],
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes an empty replica list.",
        ),
    ],
)
def test_moves_that_cannot_be_are_refused(
    cluster: Cluster, name: str, index: int, replicas: list[int], code: ErrorCode, message: str
) -> None:
    assert move(cluster, name, index, replicas) == (code, message)


def test_the_number_of_replicas_can_be_guarded(cluster: Cluster) -> None:
    assert move(cluster, "foo", 0, [1, 2, 3], resize=False) == (
        ErrorCode.INVALID_REPLICATION_FACTOR,
        "The replication factor is changed from 2 to 3",
    )
    assert move(cluster, "foo", 0, [1, 3], resize=False) == OK
    assert move(cluster, "foo", 0, [1, 4], resize=False) == OK


def test_moves_are_listed_for_the_partitions_asked_for(cluster: Cluster) -> None:
    move(cluster, "foo", 0, [3, 4])
    move(cluster, "foo", 1, [3, 4])
    assert moving(cluster) == [("foo", 0), ("foo", 1)]
    assert moving(cluster, [("foo", [1, 7]), ("bar", [0])]) == [("foo", 1)]
    assert moving(cluster, []) == []


class TestArithmetic:
    def test_a_target_is_followed_by_what_goes(self) -> None:
        assert reassign((1, 2, 3), (4, 3)) == Reassignment((4, 3, 1, 2), removing=(1, 2), adding=(4,))

    def test_a_smaller_set_must_be_in_sync_whole(self) -> None:
        move = reassign((0, 1, 2, 3, 4), (2, 3, 4, 5))
        assert move.completed((0, 1, 5)) is None
        assert move.completed((0, 1, 2, 3, 4, 5)) == ((2, 3, 4, 5), (2, 3, 4, 5))

    def test_an_equal_set_needs_only_what_was_added(self) -> None:
        assert reassign((1, 2), (1, 3)).completed((1, 2, 3)) == ((1, 3), (1, 3))
        assert reassign((1, 2), (1, 3)).completed((3,)) == ((1, 3), (3,))
        assert reassign((1, 2), (1, 3)).completed((1, 2)) is None

    def test_nothing_completes_where_nothing_moves(self) -> None:
        assert Reassignment((1, 2), (), ()).completed((1, 2)) is None

    def test_taking_back_keeps_who_was_there_before(self) -> None:
        back = revert(
            a_partition(replicas=(3, 4, 1, 2), adding_replicas=(3, 4), removing_replicas=(1, 2), isr=(1, 3))
        )
        assert back == ((1, 2), (1,), False)

    def test_taking_back_is_unclean_when_only_new_replicas_are_in_sync(self) -> None:
        back = revert(
            a_partition(replicas=(3, 1, 2), adding_replicas=(3,), removing_replicas=(1, 2), isr=(3,))
        )
        assert back == ((1, 2), (1,), True)
