"""CreateTopics, CreatePartitions, DeleteTopics."""

from collections.abc import Mapping, Sequence
from typing import Any

from ottla.model.uuid import ZERO
from ottla.wire.messages.create_partitions_request import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from ottla.wire.messages.create_topics_request import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from tests.differential.talk import UNKNOWN_ID, Talk


def topic(
    name: str,
    partitions: int = 1,
    replicas: int = 1,
    *,
    assigned: Mapping[int, Sequence[int]] | None = None,
    configs: Mapping[str, str | None] | None = None,
) -> CreatableTopic:
    return CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=replicas,
        assignments=[
            CreatableReplicaAssignment(partition_index=index, broker_ids=list(brokers))
            for index, brokers in (assigned or {}).items()
        ],
        configs=[CreatableTopicConfig(name=key, value=value) for key, value in (configs or {}).items()],
    )


def _create(
    talk: Talk, label: str, version: int, *topics: CreatableTopic, validate_only: bool = False
) -> Any:
    request = CreateTopicsRequest(topics=list(topics), timeout_ms=10_000, validate_only=validate_only)
    return talk.ask(label, "create_topics", version, request)


def create_topics(talk: Talk) -> None:
    for version in range(2, 8):
        v, name = f"v{version}", f"ct{version}"
        _create(talk, f"{v} two", version, topic(name, 2), topic(f"{name}.x"))
        talk.await_topic(name, 2)
        _create(talk, f"{v} again", version, topic(name), topic(f"{name}new"))
        _create(talk, f"{v} validated", version, topic(f"{name}v", 3), validate_only=True)
        _create(talk, f"{v} twice", version, topic(f"{name}t"), topic(f"{name}t"), topic(f"{name}u"))
        _create(talk, f"{v} colliding", version, topic(f"{name}_x"), topic(f"q.{name}"), topic(f"q_{name}"))
        _create(talk, f"{v} by default", version, topic(f"{name}d", -1, -1))
        _create(
            talk,
            f"{v} assigned",
            version,
            topic(f"{name}a", -1, -1, assigned={0: [1], 1: [1]}),
            topic(f"{name}b", -1, -1, assigned={1: [1]}),
            topic(f"{name}c", -1, -1, assigned={0: [1, 1]}),
            topic(f"{name}e", -1, -1, assigned={0: [5]}),
            topic(f"{name}f", -1, -1, assigned={0: []}),
            topic(f"{name}g", 2, -1, assigned={0: [1]}),
            topic(f"{name}h", -1, 1, assigned={0: [1]}),
        )
        _create(talk, f"{v} none", version)
    _names_and_numbers(talk)
    _configured(talk)


def _names_and_numbers(talk: Talk) -> None:
    for name in (
        "",
        ".",
        "..",
        "a/b",
        "x" * 249,
        "x" * 250,
        "ä",
        "__consumer_offsets2",
        "__cluster_metadata",
    ):
        _create(talk, f"named '{name[:20]}' {len(name)}", 7, topic(name), validate_only=True)
    for partitions, replicas in ((0, 1), (-2, 1), (1, 0), (1, -2), (1, 2), (1, 32_767), (100_001, 1)):
        label = f"{partitions} partitions, {replicas} replicas"
        _create(talk, label, 7, topic("numbers", partitions, replicas), validate_only=True)


def _configured(talk: Talk) -> None:
    configs: list[dict[str, str | None]] = [
        {"retention.ms": "1000"},
        {"retention.ms": "x"},
        {"retention.ms": "-2"},
        {"retention.ms": None},
        {"no.such.key": "1"},
        {"cleanup.policy": "compact,delete", "min.insync.replicas": "2"},
        {"cleanup.policy": "x"},
        {"compression.type": "zstd", "compression.zstd.level": "99"},
        {"segment.bytes": "1"},
        {"min.insync.replicas": "0"},
        {"message.timestamp.type": "x"},
        {"local.retention.ms": "5000", "retention.ms": "1000"},
        {"remote.storage.enable": "true"},
        {"leader.replication.throttled.replicas": "x"},
        {"": "x"},
    ]
    for index, settings in enumerate(configs):
        _create(talk, f"with {settings}", 7, topic(f"configured{index}", configs=settings))
    _create(talk, "validated with configs", 5, topic("cv", configs={"retention.ms": "5"}), validate_only=True)


def create_partitions(talk: Talk) -> None:
    talk.create("cp.other")
    for version in range(4):
        name = f"cp{version}"
        talk.create(name, 2)

        def ask(
            label: str,
            *topics: tuple[str, int, list[list[int]] | None],
            validate_only: bool = False,
            version: int = version,
        ) -> None:
            wanted = [
                CreatePartitionsTopic(
                    name=each,
                    count=count,
                    assignments=None
                    if assigned is None
                    else [CreatePartitionsAssignment(broker_ids=brokers) for brokers in assigned],
                )
                for each, count, assigned in topics
            ]
            request = CreatePartitionsRequest(topics=wanted, timeout_ms=5_000, validate_only=validate_only)
            talk.ask(f"v{version} {label}", "create_partitions", version, request)

        ask("validated", (name, 3, None), validate_only=True)
        ask("as many", (name, 2, None))
        ask("fewer", (name, 1, None))
        ask("none", (name, 0, None))
        ask("of no topic", ("absent", 2, None), ("a/b", 2, None))
        ask("twice", (name, 3, None), (name, 3, None), ("cp.other", 1, None))
        ask("assigned", (name, 3, [[1]]))
        ask("assigned to too few", (name, 6, [[1]]))
        ask("assigned to no broker", (name, 4, [[7]]))
        ask("assigned to two", (name, 4, [[1, 2]]))
        ask("assigned twice to one", (name, 4, [[1, 1]]))
        ask("assigned to none", (name, 4, [[]]))
        talk.await_topic(name, 3)


def delete_topics(talk: Talk) -> None:
    for version in range(1, 6):
        name = f"dt{version}"
        talk.create(name, 2)
        request = DeleteTopicsRequest(topic_names=[name, "absent", "a/b", ""], timeout_ms=10_000)
        talk.ask(f"v{version}", "delete_topics", version, request)
        talk.await_no_topic(name)
        again = DeleteTopicsRequest(topic_names=[name], timeout_ms=10_000)
        talk.ask(f"v{version} again", "delete_topics", version, again)
        talk.create(name, 1)
        twice = DeleteTopicsRequest(topic_names=[name, name], timeout_ms=10_000)
        talk.ask(f"v{version} twice", "delete_topics", version, twice)
    for name in ("byid", "byname", "both", "twice"):
        talk.create(name)
    ids = talk.topic_ids
    _delete(talk, "v6 by name", ("byname", ZERO))
    _delete(talk, "v6 by id", (None, ids["byid"]), (None, UNKNOWN_ID))
    _delete(talk, "v6 by both", ("both", ids["both"]))
    _delete(talk, "v6 by neither", (None, ZERO))
    _delete(talk, "v6 by id and by name", ("twice", ZERO), (None, ids["twice"]))
    _delete(talk, "v6 twice by id", (None, ids["twice"]), (None, ids["twice"]))
    _delete(talk, "v6 nothing")


def _delete(talk: Talk, label: str, *topics: tuple[str | None, bytes]) -> None:
    states = [DeleteTopicState(name=name, topic_id=topic_id) for name, topic_id in topics]
    talk.ask(label, "delete_topics", 6, DeleteTopicsRequest(topics=states, timeout_ms=10_000))
