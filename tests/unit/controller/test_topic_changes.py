"""DeleteTopics and CreatePartitions."""

import pytest
from tests.unit.controller.cluster import TICKET, Cluster

from ottla.controller.create_partitions import CreatePartitions
from ottla.controller.delete_topics import DeleteTopics
from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO, Uuid
from ottla.wire.messages.create_partitions_request import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from ottla.wire.messages.create_partitions_response import CreatePartitionsResponse
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from ottla.wire.messages.delete_topics_response import DeleteTopicsResponse

Result = tuple[str | None, ErrorCode, str | None]


def delete(cluster: Cluster, *topics: str | Uuid | DeleteTopicState, version: int = 6) -> list[Result]:
    states = [
        DeleteTopicState(name=each, topic_id=ZERO)
        if isinstance(each, str)
        else each
        if isinstance(each, DeleteTopicState)
        else DeleteTopicState(name=None, topic_id=each)
        for each in topics
    ]
    answer = cluster.run(DeleteTopics(TICKET, DeleteTopicsRequest(topics=states), version))
    assert isinstance(answer, DeleteTopicsResponse)
    return [(each.name, ErrorCode(each.error_code), each.error_message) for each in answer.responses]


def names(cluster: Cluster) -> list[str]:
    return [topic.name for topic in cluster.image.topics.sorted_by_name()]


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2], [2, 1]], retention_ms="1")
    return cluster


def test_a_topic_is_deleted_by_name_or_by_id(cluster: Cluster) -> None:
    bar = cluster.create_topic("bar", [[1]])
    assert delete(cluster, "foo", bar) == [("bar", ErrorCode.NONE, None), ("foo", ErrorCode.NONE, None)]
    assert names(cluster) == []
    assert not cluster.image.configs.topic("foo")


def test_old_requests_name_topics_in_another_field(cluster: Cluster) -> None:
    answer = cluster.run(DeleteTopics(TICKET, DeleteTopicsRequest(topic_names=["foo"]), 5))
    assert [each.error_code for each in answer.responses] == [0]
    assert names(cluster) == []


def test_a_deleted_topic_leaves_nothing_in_the_index(cluster: Cluster) -> None:
    delete(cluster, "foo")
    assert len(cluster.state.partitions.roles) == len(cluster.state.names) == 0


def test_unknown_topics_are_told_as_such(cluster: Cluster) -> None:
    unknown = Uuid(b"u" * 16)
    assert delete(cluster, "bar", unknown) == [
        (None, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_ID.text),
        ("bar", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.text),
    ]


def test_ambiguous_requests_delete_nothing(cluster: Cluster) -> None:
    foo = cluster.image.topics.ids["foo"]
    invalid = ErrorCode.INVALID_REQUEST
    assert delete(cluster, "foo", "foo") == [("foo", invalid, "Duplicate topic name.")]
    assert delete(cluster, foo, foo) == [(None, invalid, "Duplicate topic id.")]
    assert delete(cluster, "foo", foo) == [
        ("foo", invalid, "The provided topic name maps to an ID that was already supplied.")
    ]
    assert delete(cluster, DeleteTopicState(name="foo", topic_id=foo)) == [
        ("foo", invalid, "You may not specify both topic name and topic id.")
    ]
    assert delete(cluster, DeleteTopicState(name=None, topic_id=ZERO)) == [
        (None, invalid, "Neither topic name nor id were specified.")
    ]
    assert names(cluster) == ["foo"]


@pytest.mark.parametrize(
    ("version", "code"), [(6, ErrorCode.TOPIC_DELETION_DISABLED), (2, ErrorCode.INVALID_REQUEST)]
)
def test_deleting_can_be_forbidden(version: int, code: ErrorCode) -> None:
    cluster = Cluster(delete_topic_enable=False).start_brokers(1)
    cluster.create_topic("foo", [[1]])
    assert delete(cluster, "foo", version=version) == [("foo", code, None)]
    assert names(cluster) == ["foo"]


def extend(
    cluster: Cluster, name: str, count: int, *assignments: list[int], validate_only: bool = False
) -> Result:
    wanted = CreatePartitionsTopic(
        name=name,
        count=count,
        assignments=[CreatePartitionsAssignment(broker_ids=ids) for ids in assignments] or None,
    )
    request = CreatePartitionsRequest(topics=[wanted], validate_only=validate_only)
    answer = cluster.run(CreatePartitions(TICKET, request))
    assert isinstance(answer, CreatePartitionsResponse)
    (result,) = answer.results
    return result.name, ErrorCode(result.error_code), result.error_message


def replicas(cluster: Cluster) -> list[tuple[int, ...]]:
    topic = cluster.image.topics.by_name("foo")
    assert topic is not None
    return [partition.replicas for _, partition in topic.sorted_partitions()]


def test_new_partitions_have_as_many_replicas_as_the_first(cluster: Cluster) -> None:
    assert extend(cluster, "foo", 4) == ("foo", ErrorCode.NONE, None)
    assert [len(each) for each in replicas(cluster)] == [2, 2, 2, 2]


def test_new_partitions_can_be_placed_by_hand(cluster: Cluster) -> None:
    assert extend(cluster, "foo", 3, [2, 1]) == ("foo", ErrorCode.NONE, None)
    assert replicas(cluster) == [(1, 2), (2, 1), (2, 1)]


def test_validating_only_adds_nothing(cluster: Cluster) -> None:
    assert extend(cluster, "foo", 3, validate_only=True) == ("foo", ErrorCode.NONE, None)
    assert len(replicas(cluster)) == 2


@pytest.mark.parametrize(
    ("name", "count", "assignments", "code", "message"),
    [
        ("bar", 3, [], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, None),
        ("foo", 2, [], ErrorCode.INVALID_PARTITIONS, "Topic already has 2 partition(s)."),
        (
            "foo",
            1,
            [],
            ErrorCode.INVALID_PARTITIONS,
            "The topic foo currently has 2 partition(s); 1 would not be an increase.",
        ),
        (
            "foo",
            4,
            [[1, 2]],
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.",
        ),
        (
            "foo",
            3,
            [[1]],
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes a partition with 1 replica(s), but this is not "
            "consistent with previous partitions, which have 2 replica(s).",
        ),
    ],
)
def test_what_is_no_extension_is_refused(
    cluster: Cluster,
    name: str,
    count: int,
    assignments: list[list[int]],
    code: ErrorCode,
    message: str | None,
) -> None:
    assert extend(cluster, name, count, *assignments) == (name, code, message)


def test_a_topic_named_twice_is_not_extended(cluster: Cluster) -> None:
    topics = [CreatePartitionsTopic(name="foo", count=count, assignments=None) for count in (3, 4)]
    answer = cluster.run(CreatePartitions(TICKET, CreatePartitionsRequest(topics=topics)))
    assert [(each.name, each.error_message) for each in answer.results] == [("foo", "Duplicate topic name.")]


@pytest.mark.parametrize("count", [10_003, 2**31 - 1])
def test_too_many_partitions_at_once_are_refused(cluster: Cluster, count: int) -> None:
    name, code, message = extend(cluster, "foo", count)
    assert (name, code, message) == (
        "foo",
        ErrorCode.POLICY_VIOLATION,
        "Unable to perform excessively large batch operation.",
    )
