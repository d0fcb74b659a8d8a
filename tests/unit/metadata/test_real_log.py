"""A metadata log that Apache Kafka itself wrote is replayed to what its own tools show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.oracle.apache_kafka import ApacheKafka, apache_kafka, run_tool
from tests.unit.metadata.differences import content

from ottla.controller.state import ControllerState, apply
from ottla.metadata.features import TOLERATED
from ottla.metadata.image import MetadataImage
from ottla.metadata.loader import MetadataLoader
from ottla.metadata.record import MetadataRecord
from ottla.raft.batches import BatchView, read_batches, read_records
from ottla.wire.metadata_records import decode_metadata_record

pytestmark = [pytest.mark.needs("kafka"), pytest.mark.proof]


def tool(node: ApacheKafka, name: str, *arguments: str) -> str:
    done = run_tool(name, "--bootstrap-server", node.bootstrap, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[BatchView], str]]:
    """The log after a varied life, and what kafka-topics says of it."""
    with apache_kafka(tmp_path_factory.mktemp("kafka") / "node") as node:
        topics, configs = "org.apache.kafka.tools.TopicCommand", "kafka.admin.ConfigCommand"
        tool(
            node,
            topics,
            "--create",
            "--topic",
            "orders",
            "--partitions",
            "3",
            "--config",
            "retention.ms=5000",
        )
        tool(node, topics, "--create", "--topic", "gone", "--partitions", "2")
        tool(node, topics, "--delete", "--topic", "gone")
        tool(node, topics, "--alter", "--topic", "orders", "--partitions", "5")
        tool(node, configs, "--alter", "--topic", "orders", "--add-config", "cleanup.policy=[compact,delete]")
        for setting in ("SCRAM-SHA-256=[iterations=8192,password=secret]", "producer_byte_rate=1024"):
            tool(
                node,
                configs,
                "--alter",
                "--entity-type",
                "users",
                "--entity-name",
                "alice",
                "--add-config",
                setting,
            )
        shown = tool(node, topics, "--describe", "--topic", "orders")
        node.kill()
        (log,) = Path(node.data).glob("__cluster_metadata-0/*.log")
        yield list(read_batches(log.read_bytes())), shown


def replay(batches: list[BatchView]) -> tuple[MetadataImage, ControllerState]:
    loader, state = MetadataLoader(), ControllerState()
    for batch in batches:
        header = batch.header
        values = [] if batch.is_control else [value for _, value in read_records(batch)]
        records = [MetadataRecord(*decode_metadata_record(value)) for value in values]
        if records:
            loader.load_batch(
                [record.message for record in records],
                header.base_offset,
                header.leader_epoch,
                header.max_timestamp,
            )
            state = state.at(header.base_offset)
            for record in records:
                state = apply(state, record)
    loader.take_delta()
    return loader.image, state


def test_topics_configs_quotas_and_credentials_are_those_of_the_cluster(
    written: tuple[list[BatchView], str],
) -> None:
    image, state = replay(written[0])
    assert content(image) == content(state.image)
    topic = image.topics.by_name("orders")
    assert topic is not None
    assert [found.name for found in image.topics.sorted_by_name()] == ["orders"]
    lines = [line.split() for line in written[1].splitlines() if "Partition:" in line]
    shown = [(int(words[3]), int(words[5]), int(words[7]), int(words[9])) for words in lines]
    assert shown == [
        (index, partition.leader, *partition.replicas, *partition.isr)
        for index, partition in topic.sorted_partitions()
    ]
    assert dict(image.configs.topic("orders").sorted_items()) == {
        "cleanup.policy": "compact,delete",
        "retention.ms": "5000",
    }
    assert [(key.user, credential.iterations) for key, credential in image.scram.sorted_items()] == [
        ("alice", 8192)
    ]
    assert image.client_quotas[(("user", "alice"),)]["producer_byte_rate"] == 1024.0


def test_a_stock_cluster_has_finalized_nothing_that_is_not_tolerated(
    written: tuple[list[BatchView], str],
) -> None:
    image, _ = replay(written[0])
    assert image.features.finalized() == {
        name: supported.high for name, supported in TOLERATED.items() if name != "kraft.version"
    }


def test_the_broker_registered_with_what_we_say_a_stock_node_supports(
    written: tuple[list[BatchView], str],
) -> None:
    image, state = replay(written[0])
    broker = image.brokers.get(1)
    assert broker is not None
    assert dict(broker.features.sorted_items()) == TOLERATED
    assert broker.epoch == state.registered_at[1]
    assert dict(image.controllers[1].features.sorted_items()) == TOLERATED
