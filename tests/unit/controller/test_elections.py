"""ElectLeaders: preferred leaders come back, unclean ones are made on demand."""

import pytest
from tests.unit.controller.cluster import TICKET, Cluster
from tests.unit.controller.requests import propose

from ottla.controller.elections import ElectLeaders
from ottla.model.errors import ErrorCode
from ottla.wire.messages.elect_leaders_request import ElectLeadersRequest, TopicPartitions

PREFERRED, UNCLEAN = 0, 1


def elect(
    cluster: Cluster, type_: int, *partitions: tuple[str, int]
) -> dict[str, list[tuple[int, ErrorCode]]]:
    wanted = [TopicPartitions(topic=name, partitions=[index]) for name, index in partitions] or None
    request = ElectLeadersRequest(election_type=type_, topic_partitions=wanted)
    answer = cluster.run(ElectLeaders(TICKET, request))
    return {
        topic.topic: [(each.partition_id, ErrorCode(each.error_code)) for each in topic.partition_result]
        for topic in answer.replica_election_results
    }


def leader(cluster: Cluster, name: str = "foo", index: int = 0) -> int:
    partition = cluster.image.topics.partition(name, index)
    assert partition is not None
    return partition.leader


@pytest.fixture
def cluster() -> Cluster:
    """Broker 1 was away: 2 leads its partition of foo, and 1 is back in sync."""
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2], [2, 1]])
    cluster.heartbeat(1, want_fence=True)
    cluster.heartbeat(1)
    return cluster


def back_in_sync(cluster: Cluster) -> None:
    assert propose(cluster, 2, "foo", 0, [2, 1])[0] == ErrorCode.NONE


def test_a_preferred_replica_in_sync_leads_again(cluster: Cluster) -> None:
    back_in_sync(cluster)
    assert elect(cluster, PREFERRED, ("foo", 0)) == {"foo": [(0, ErrorCode.NONE)]}
    assert leader(cluster) == 1


def test_a_preferred_replica_that_is_not_in_sync_is_not_available(cluster: Cluster) -> None:
    assert elect(cluster, PREFERRED, ("foo", 0)) == {"foo": [(0, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)]}
    assert leader(cluster) == 2


def test_what_is_well_led_needs_no_election(cluster: Cluster) -> None:
    assert elect(cluster, PREFERRED, ("foo", 1)) == {"foo": [(1, ErrorCode.ELECTION_NOT_NEEDED)]}
    assert elect(cluster, UNCLEAN, ("foo", 0)) == {"foo": [(0, ErrorCode.ELECTION_NOT_NEEDED)]}


def test_the_answer_for_all_partitions_leaves_out_those_that_needed_none(cluster: Cluster) -> None:
    back_in_sync(cluster)
    assert elect(cluster, PREFERRED) == {"foo": [(0, ErrorCode.NONE)]}


def test_any_living_replica_leads_when_an_unclean_election_is_asked_for() -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    cluster.heartbeat(2, want_fence=True)
    cluster.heartbeat(1, want_fence=True)
    assert elect(cluster, UNCLEAN, ("foo", 0)) == {"foo": [(0, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE)]}
    cluster.heartbeat(2)
    assert leader(cluster) == -1
    assert elect(cluster, UNCLEAN, ("foo", 0)) == {"foo": [(0, ErrorCode.NONE)]}
    partition = cluster.image.topics.partition("foo", 0)
    assert partition is not None
    assert (partition.leader, partition.isr, partition.leader_recovery_state) == (2, (2,), 1)


def test_unknown_partitions_are_told_as_such(cluster: Cluster) -> None:
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert elect(cluster, PREFERRED, ("bar", 0), ("foo", 7)) == {"bar": [(0, unknown)], "foo": [(7, unknown)]}


def test_an_unknown_kind_of_election_fails_as_a_whole(cluster: Cluster) -> None:
    request = ElectLeadersRequest(
        election_type=2, topic_partitions=[TopicPartitions(topic="foo", partitions=[0])]
    )
    answer = cluster.run(ElectLeaders(TICKET, request))
    assert answer.error_code == ErrorCode.INVALID_REQUEST
    assert answer.replica_election_results[0].partition_result[0].error_message == "Unknown election type 2"
