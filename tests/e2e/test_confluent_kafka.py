"""confluent-kafka (librdkafka) takes the node for Apache Kafka."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from tests.e2e.ottla_node import OttlaNode, ottla_node

LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OttlaNode]:
    overrides = ["group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=3"]
    with ottla_node(tmp_path_factory.mktemp("node"), overrides=overrides) as node:
        yield node


@pytest.fixture
def admin(node: OttlaNode) -> AdminClient:
    return AdminClient({"bootstrap.servers": node.bootstrap})


@pytest.fixture
def topic(admin: AdminClient) -> str:
    """A fresh topic of four partitions."""
    name = f"t-{uuid4().hex}"
    admin.create_topics([NewTopic(name, 4, 1)])[name].result(10)
    return name


def a_consumer(node: OttlaNode, group: str, **more: Any) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": node.bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            **more,
        }
    )


def produce(node: OttlaNode, topic: str, count: int, **more: Any) -> None:
    """Write `count` records, each acknowledged."""
    failures: list[object] = []
    producer = Producer({"bootstrap.servers": node.bootstrap, **more})
    for number in range(count):
        producer.produce(
            topic,
            key=f"k{number}",
            value=f"v{number}",
            headers={"n": str(number)},
            on_delivery=lambda error, message: failures.append(error) if error else None,
        )
    assert producer.flush(20) == 0
    assert failures == []


def read(consumers: list[Consumer], count: int, timeout_s: float = 20) -> list[Message]:
    """Poll all consumers in turn until they have `count` records together."""
    found: list[Message] = []
    deadline = time.monotonic() + timeout_s
    while len(found) < count and time.monotonic() < deadline:
        for consumer in consumers:
            message = consumer.poll(0.1)
            if message is not None:
                assert message.error() is None, message.error()
                found.append(message)
    return found


@pytest.mark.parametrize("codec", CODECS)
def test_records_of_every_codec_come_back_with_key_value_and_headers(
    node: OttlaNode, topic: str, codec: str
) -> None:
    produce(node, topic, 100, **{"compression.type": codec})
    consumer = a_consumer(node, f"g-{topic}")
    consumer.subscribe([topic])
    found = read([consumer], 100)
    assert {(each.key(), each.value()) for each in found} == {
        (f"k{n}".encode(), f"v{n}".encode()) for n in range(100)
    }
    assert all(each.headers() == [("n", (each.key() or b"")[1:])] for each in found)
    consumer.close()


def test_an_idempotent_producer_writes_each_record_once(node: OttlaNode, topic: str) -> None:
    produce(node, topic, 1_000, **{"enable.idempotence": True})
    consumer = a_consumer(node, f"g-{topic}")
    consumer.subscribe([topic])
    assert len({each.value() for each in read([consumer], 1_000)}) == 1_000
    assert read([consumer], 1, timeout_s=0.5) == []
    consumer.close()


def test_two_members_share_the_partitions_and_one_takes_over_what_the_other_leaves(
    node: OttlaNode, topic: str
) -> None:
    members = [a_consumer(node, f"g-{topic}") for _ in range(2)]
    for member in members:
        member.subscribe([topic])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not all(len(each.assignment()) == 2 for each in members):
        for member in members:
            member.poll(0.1)
    assert sorted(p.partition for each in members for p in each.assignment()) == [0, 1, 2, 3]
    produce(node, topic, 200)
    assert len({each.value() for each in read(members, 200)}) == 200
    members[0].close()
    while time.monotonic() < deadline and len(members[1].assignment()) != 4:
        members[1].poll(0.1)
    assert len(members[1].assignment()) == 4
    members[1].close()


def test_cooperative_members_rebalance_too(node: OttlaNode, topic: str) -> None:
    more = {"partition.assignment.strategy": "cooperative-sticky"}
    members = [a_consumer(node, f"g-{topic}", **more) for _ in range(2)]
    for member in members:
        member.subscribe([topic])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not all(len(each.assignment()) == 2 for each in members):
        for member in members:
            member.poll(0.1)
    assert sorted(p.partition for each in members for p in each.assignment()) == [0, 1, 2, 3]
    for member in members:
        member.close()


def test_a_group_goes_on_where_it_committed_and_can_seek_back(node: OttlaNode, topic: str) -> None:
    produce(node, topic, 40)
    first = a_consumer(node, f"g-{topic}")
    first.subscribe([topic])
    read([first], 40)
    first.commit(asynchronous=False)
    first.close()
    second = a_consumer(node, f"g-{topic}")
    second.subscribe([topic])
    assert read([second], 1, timeout_s=2) == []
    for partition in second.assignment():
        second.seek(TopicPartition(topic, partition.partition, 0))
    assert len(read([second], 40)) == 40
    second.close()


def test_offsets_are_found_by_time(admin: AdminClient, node: OttlaNode, topic: str) -> None:
    produce(node, topic, 10)
    partitions = [TopicPartition(topic, index) for index in range(4)]
    ends = admin.list_offsets(dict.fromkeys(partitions, LATEST))
    assert sum(each.result(10).offset for each in ends.values()) == 10
    starts = admin.list_offsets({each: OffsetSpec.for_timestamp(0) for each in partitions})
    assert {each.result(10).offset for each in starts.values()} <= {0, -1}


def test_topics_grow_and_go(admin: AdminClient, topic: str) -> None:
    admin.create_partitions([NewPartitions(topic, 6)])[topic].result(10)
    assert len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 6
    admin.delete_topics([topic])[topic].result(10)
    assert topic not in admin.list_topics(timeout=10).topics


def test_a_configuration_is_set_and_told(admin: AdminClient, topic: str) -> None:
    entry = ConfigEntry("retention.ms", "12345", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(10)
    asked = ConfigResource(ResourceType.TOPIC, topic)
    assert admin.describe_configs([asked])[asked].result(10)["retention.ms"].value == "12345"


def test_records_are_deleted_up_to_an_offset(admin: AdminClient, node: OttlaNode, topic: str) -> None:
    produce(node, topic, 40)
    partition = TopicPartition(topic, 0, 3)
    assert admin.delete_records([partition])[partition].result(10).low_watermark == 3


def test_a_topic_that_nobody_made_is_made_by_the_first_producer(node: OttlaNode) -> None:
    name = f"auto-{uuid4().hex}"
    produce(node, name, 5)
    consumer = a_consumer(node, f"g-{name}")
    consumer.subscribe([name])
    assert len(read([consumer], 5)) == 5
    consumer.close()


def test_groups_are_listed_described_and_deleted(admin: AdminClient, node: OttlaNode, topic: str) -> None:
    group = f"g-{topic}"
    produce(node, topic, 4)
    consumer = a_consumer(node, group)
    consumer.subscribe([topic])
    read([consumer], 4)
    consumer.commit(asynchronous=False)
    assert group in {each.group_id for each in admin.list_consumer_groups().result(10).valid}
    described = admin.describe_consumer_groups([group])[group].result(10)
    assert described.state.name == "STABLE"
    assert len(described.members) == 1
    consumer.close()
    admin.delete_consumer_groups([group])[group].result(10)
    assert group not in {each.group_id for each in admin.list_consumer_groups().result(10).valid}


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    with ottla_node(tmp_path) as node:
        produce(node, "kept", 50)
        node.stop()
        node.start()
        consumer = a_consumer(node, "g")
        consumer.subscribe(["kept"])
        assert len(read([consumer], 50)) == 50
        consumer.close()
