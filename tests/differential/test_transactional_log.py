"""A log with transactions that Kafka wrote: read_committed readers of ours are told what Kafka tells them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from ottla.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from tests.differential.chapters.requests import fetch_request, wanted
from tests.differential.talk import Talk
from tests.e2e.ottla_node import OttlaNode
from tests.oracle.apache_kafka import ApacheKafka

pytestmark = pytest.mark.needs("kafka")
TOPIC = "ledger"


def transactional(kafka: ApacheKafka, name: str) -> Producer:
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap, "transactional.id": name, "linger.ms": 0, "acks": "all"}
    )
    producer.init_transactions(30)
    return producer


def write(producer: Producer, *values: str) -> None:
    for value in values:
        producer.produce(TOPIC, value=value, partition=0)
    producer.flush(30)


def fill(kafka: ApacheKafka) -> list[Producer]:
    """Transactions that overlap, of which some are committed and some aborted; the last stays open."""
    one, two, three = (transactional(kafka, name) for name in ("one", "two", "three"))
    for round_ in range(3):
        one.begin_transaction()
        two.begin_transaction()
        write(one, f"kept {round_}", "kept too")
        write(two, f"dropped {round_}")
        write(one, "and kept")
        two.abort_transaction(30)
        one.commit_transaction(30)
    three.begin_transaction()
    write(three, "undecided")
    one.begin_transaction()
    write(one, "behind it")
    one.commit_transaction(30)
    return [one, two, three]


def ask(port: int) -> dict[str, Any]:
    talk = Talk(port)
    talk.await_topic(TOPIC)
    talk.hide("leader_epoch")  # it is another after each start
    for version in (4, 11, 12, 18):
        for isolation in (0, 1):
            for offset in (0, 2, 4, 5, 9, 14, 15, 18, 19, 25):
                request = fetch_request(talk, version, {TOPIC: [wanted(offset)]}, isolation_level=isolation)
                talk.ask(f"v{version} {isolation} from {offset}", "fetch", version, request)
            for timestamp in (-1, -2, -3):
                partition = ListOffsetsPartition(partition_index=0, timestamp=timestamp)
                request_offsets = ListOffsetsRequest(
                    replica_id=-1,
                    isolation_level=isolation,
                    topics=[ListOffsetsTopic(name=TOPIC, partitions=[partition])],
                )
                talk.ask(f"v{version} {isolation} offsets {timestamp}", "list_offsets", 9, request_offsets)
    talk.close()
    heard: dict[str, Any] = json.loads(json.dumps(talk.heard))
    return heard


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[ApacheKafka]:
    session = {"broker.session.timeout.ms": "2000", "broker.heartbeat.interval.ms": "300"}
    node = ApacheKafka(tmp_path / "kafka", overrides=session)
    node.format()
    node.start()
    try:
        yield node
    finally:
        node.kill()


def test_readers_are_told_what_kafka_tells_them(kafka: ApacheKafka, tmp_path: Path) -> None:
    producers = fill(kafka)
    theirs = ask(kafka.port)
    assert "first_offset" in json.dumps(theirs), "some are told of aborted transactions"
    kafka.kill()
    del producers
    ours = OttlaNode(tmp_path / "ottla", properties=kafka.configure(), port=kafka.port)
    ours.start()
    try:
        told = ask(ours.port)
    finally:
        ours.stop()
    for label, answer in theirs.items():
        assert told[label] == answer, label
