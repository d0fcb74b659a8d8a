"""CreateTopics: placed or by hand, with configurations, whole or not at all, refused in Kafka's words."""

from typing import Any

import pytest
from tests.unit.controller.cluster import TICKET, Cluster, a_topic, directory
from tests.unit.controller.requests import create, topic

from ottla.controller.create_topics import CreateTopics
from ottla.controller.delete_topics import DeleteTopics
from ottla.metadata.partitions import Partition
from ottla.model.errors import ErrorCode
from ottla.model.uuid import UNASSIGNED_DIRECTORY, ZERO
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.create_topics_request import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest


def refusal(cluster: Cluster, topic: CreatableTopic) -> tuple[ErrorCode, str | None]:
    records = len(cluster.log)
    (result,) = create(cluster, topic)
    assert len(cluster.log) == records
    return ErrorCode(result.error_code), result.error_message


def partitions(cluster: Cluster, name: str = "foo") -> list[Partition]:
    found = cluster.image.topics.by_name(name)
    assert found is not None
    return [partition for _, partition in found.sorted_partitions()]


def test_a_topic_gets_as_many_partitions_and_replicas_as_it_asks_for() -> None:
    cluster = Cluster().start_brokers(1, 2, 3)
    (result,) = create(cluster, topic("foo", 4, 2))
    assert (result.error_code, result.error_message) == (0, None)
    assert (result.num_partitions, result.replication_factor) == (4, 2)
    assert [len(partition.replicas) for partition in partitions(cluster)] == [2, 2, 2, 2]
    found = cluster.image.topics.by_id(result.topic_id)
    assert found is not None
    assert found.name == "foo"


def test_every_replica_begins_in_sync_and_the_first_leads_with_epoch_zero() -> None:
    cluster = Cluster().start_brokers(1, 2, 3)
    create(cluster, topic("foo", 3, 3))
    for partition in partitions(cluster):
        assert partition.isr == partition.replicas
        assert (partition.leader, partition.leader_epoch, partition.partition_epoch) == (
            partition.replicas[0],
            0,
            0,
        )


def test_defaults_come_from_the_controllers_configuration() -> None:
    cluster = Cluster(num_partitions=5, default_replication_factor=2).start_brokers(1, 2)
    create(cluster, topic())
    assert [len(partition.replicas) for partition in partitions(cluster)] == [2] * 5


def test_fenced_brokers_get_replicas_but_are_not_in_sync() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.register(2)
    create(cluster, topic("foo", 1, 2))
    (partition,) = partitions(cluster)
    assert (partition.replicas, partition.isr, partition.leader) == ((1, 2), (1,), 1)


def test_a_broker_with_one_directory_gets_its_replicas_there_and_one_with_more_chooses_itself() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.start_brokers(2, log_dirs=[directory(2, 0), directory(2, 1)])
    create(cluster, a_topic("foo", [[1, 2]]))
    assert partitions(cluster)[0].directories == (directory(1), UNASSIGNED_DIRECTORY)


def test_directories_are_left_open_before_metadata_version_17() -> None:
    cluster = Cluster(level=16).start_brokers(1)
    create(cluster, topic())
    assert partitions(cluster)[0].directories == (ZERO,)


def test_configurations_are_set_with_the_topic_and_stand_between_it_and_its_partitions() -> None:
    cluster = Cluster().start_brokers(1)
    before = len(cluster.log)
    create(cluster, a_topic("foo", [[1]], retention_ms="5"))
    kinds = [type(record.message).__name__ for record in cluster.log[before:]]
    assert kinds == ["TopicRecord", "ConfigRecord", "PartitionRecord"]
    assert cluster.image.configs.topic("foo").sorted_items() == [("retention.ms", "5")]


def test_min_insync_replicas_clears_eligible_replicas_with_elr() -> None:
    cluster = Cluster(elr=True).start_brokers(1)
    before = len(cluster.log)
    create(cluster, a_topic("foo", [[1]], min_insync_replicas="1"))
    kinds = [type(record.message).__name__ for record in cluster.log[before:]]
    assert kinds == ["TopicRecord", "ConfigRecord", "ClearElrRecord", "PartitionRecord"]


def test_the_answer_shows_configurations_to_who_may_see_them() -> None:
    cluster = Cluster().start_brokers(1)
    (result,) = create(cluster, a_topic("foo", [[1]], retention_ms="5"))
    assert result.configs is not None
    shown = {config.name: (config.value, config.config_source) for config in result.configs}
    assert shown["retention.ms"] == ("5", 1)
    request = CreateTopicsRequest(topics=[topic("bar")])
    (hidden,) = cluster.run(CreateTopics(TICKET, request, frozenset())).topics
    assert hidden.topic_config_error_code == ErrorCode.TOPIC_AUTHORIZATION_FAILED
    assert (hidden.configs, hidden.num_partitions) == ([], -1)


def test_validating_only_writes_nothing_and_answers_the_same() -> None:
    cluster = Cluster().start_brokers(1)
    records = len(cluster.log)
    (result,) = create(cluster, topic("foo", 3), validate_only=True)
    assert (result.error_code, result.num_partitions) == (0, 3)
    assert len(cluster.log) == records


def test_each_topic_of_a_request_is_created_for_itself() -> None:
    cluster = Cluster().start_brokers(1)
    results = create(cluster, topic("foo"), topic("bad name"), topic("bar"))
    assert [result.error_code for result in results] == [0, ErrorCode.INVALID_TOPIC_EXCEPTION, 0]
    assert [each.name for each in cluster.image.topics.sorted_by_name()] == ["bar", "foo"]


def test_a_topic_named_twice_is_refused_once() -> None:
    cluster = Cluster().start_brokers(1)
    results = create(cluster, topic("foo"), topic("bar"), topic("foo"))
    assert [(each.name, each.error_code, each.error_message) for each in results] == [
        ("foo", ErrorCode.INVALID_REQUEST, "Duplicate topic name."),
        ("bar", 0, None),
    ]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("", ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: the empty string is not allowed"),
        (".", ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: '.' is not allowed"),
        (
            "a/b",
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid: 'a/b' contains one or more characters other than ASCII alphanumerics, "
            "'.', '_' and '-'",
        ),
        (
            "x" * 250,
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            f"Topic name is invalid: the length of '{'x' * 250}' is longer than the max allowed length 249",
        ),
        ("old_one", ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'old_one' already exists."),
        (
            "old.one",
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            "Topic 'old.one' collides with existing topic: old_one",
        ),
        (
            "__cluster_metadata",
            ErrorCode.INVALID_REQUEST,
            "Creation of internal topic __cluster_metadata is prohibited.",
        ),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, code: ErrorCode, message: str) -> None:
    cluster = Cluster().start_brokers(1)
    cluster.create_topic("old_one", [[1]])
    assert refusal(cluster, topic(name)) == (code, message)


def test_a_name_collides_no_more_when_the_other_topic_is_gone() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.create_topic("old_one", [[1]])
    cluster.run(DeleteTopics(TICKET, DeleteTopicsRequest(topic_names=["old_one"]), 5))
    assert create(cluster, topic("old.one"))[0].error_code == 0


@pytest.mark.parametrize(
    ("count", "factor", "code", "message"),
    [
        (
            0,
            1,
            ErrorCode.INVALID_PARTITIONS,
            "Number of partitions was set to an invalid non-positive value.",
        ),
        (
            -2,
            1,
            ErrorCode.INVALID_PARTITIONS,
            "Number of partitions was set to an invalid non-positive value.",
        ),
        (
            1,
            0,
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0, or -1 to use the default value.",
        ),
        (
            1,
            99,
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "Unable to replicate the partition 99 time(s): The target replication factor of 99 cannot be "
            "reached because only 1 broker(s) are registered or some brokers have all their log directories "
            "cordoned.",
        ),
        (10_001, 1, ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request."),
        (1_000_000, 1, ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request."),
        (10_000, 1, ErrorCode.POLICY_VIOLATION, "Unable to perform excessively large batch operation."),
    ],
)
def test_numbers_that_cannot_be_are_refused(count: int, factor: int, code: ErrorCode, message: str) -> None:
    assert refusal(Cluster().start_brokers(1), topic("foo", count, factor)) == (code, message)


def test_a_cluster_without_living_brokers_creates_nothing() -> None:
    cluster = Cluster()
    cluster.register(1)
    assert refusal(cluster, topic()) == (
        ErrorCode.INVALID_REPLICATION_FACTOR,
        "Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their "
        "log directories cordoned.",
    )


def test_a_configuration_that_the_rules_refuse_refuses_the_topic() -> None:
    cluster = Cluster().start_brokers(1)
    assert refusal(cluster, a_topic("foo", [[1]], wrong="1")) == (
        ErrorCode.INVALID_CONFIG,
        "Unknown topic config name: wrong",
    )
    null = topic(configs=[CreatableTopicConfig(name="retention.ms", value=None)])
    assert refusal(cluster, null) == (
        ErrorCode.INVALID_CONFIG,
        "Null value not supported for topic configs: retention.ms",
    )


def by_hand(*assignments: tuple[int, list[int]], **changes: Any) -> CreatableTopic:
    return topic(
        assignments=[CreatableReplicaAssignment(partition_index=n, broker_ids=ids) for n, ids in assignments],
        **changes,
    )


def test_assignments_by_hand_are_kept() -> None:
    cluster = Cluster().start_brokers(1, 2, 3)
    create(cluster, by_hand((1, [3, 1]), (0, [2, 3])))
    assert [partition.replicas for partition in partitions(cluster)] == [(2, 3), (3, 1)]


@pytest.mark.parametrize(
    ("wanted", "code", "message"),
    [
        (
            by_hand((0, [1]), factor=1),
            ErrorCode.INVALID_REQUEST,
            "A manual partition assignment was specified, but replication factor was not set to -1.",
        ),
        (
            by_hand((0, [1]), partitions=1),
            ErrorCode.INVALID_REQUEST,
            "A manual partition assignment was specified, but numPartitions was not set to -1.",
        ),
        (
            by_hand((0, [1]), (0, [2])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "Found multiple manual partition assignments for partition 0",
        ),
        (
            by_hand((0, [])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes an empty replica list.",
        ),
        (
            by_hand((0, [1, 7])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes broker 7, but no such broker is registered.",
        ),
        (
            by_hand((0, [1, 1])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes the broker 1 more than once.",
        ),
        (
            by_hand((0, [1, 2]), (1, [1])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes a partition with 1 replica(s), but this is not "
            "consistent with previous partitions, which have 2 replica(s).",
        ),
        (
            by_hand((0, [9])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "All brokers specified in the manual partition assignment for partition 0 are fenced or in "
            "controlled shutdown.",
        ),
        (
            by_hand((0, [1]), (2, [1])),
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "partitions should be a consecutive 0-based integer sequence",
        ),
    ],
)
def test_assignments_that_cannot_be_are_refused(
    wanted: CreatableTopic, code: ErrorCode, message: str
) -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.register(9)
    assert refusal(cluster, wanted) == (code, message)


def test_records_reach_the_log_in_the_order_of_the_request() -> None:
    cluster = Cluster().start_brokers(1)
    create(cluster, a_topic("b", [[1]], retention_ms="1"), a_topic("a", [[1]], retention_ms="2"))
    values = [record.message.value for record in cluster.log if isinstance(record.message, ConfigRecord)]
    assert values == ["1", "2"]
