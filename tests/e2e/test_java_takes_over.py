"""A directory that our node made by itself is Apache Kafka's to go on with, and ours again."""

from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer

from tests.e2e.ottla_node import OttlaNode
from tests.oracle.apache_kafka import ApacheKafka

pytestmark = pytest.mark.needs("kafka")


def produce(bootstrap: str, *values: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0, "enable.idempotence": True})
    for value in values:
        producer.produce("orders", value=value)
    assert producer.flush(30) == 0


def consume(bootstrap: str, count: int) -> list[bytes | None]:
    """What the group has not read yet."""
    settings = {"bootstrap.servers": bootstrap, "group.id": "readers", "auto.offset.reset": "earliest"}
    consumer = Consumer(settings)
    consumer.subscribe(["orders"])
    found: list[bytes | None] = []
    while len(found) < count:
        message = consumer.poll(30)
        assert message is not None
        assert message.error() is None, message.error()
        found.append(message.value())
    consumer.close()
    return found


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_kafka_goes_on_with_our_directory(tmp_path: Path, ending: str) -> None:
    session = {"broker.session.timeout.ms": "2000", "broker.heartbeat.interval.ms": "300"}
    ours = OttlaNode(tmp_path, overrides=[f"{key}={value}" for key, value in session.items()])
    kafka = ApacheKafka(tmp_path, overrides=session)
    kafka.port = ours.port
    ours.start()
    produce(ours.bootstrap, "1", "2")
    assert consume(ours.bootstrap, 2) == [b"1", b"2"]
    getattr(ours, ending)()
    kafka.start()
    try:
        produce(kafka.bootstrap, "3")
        assert consume(kafka.bootstrap, 1) == [b"3"]
    finally:
        getattr(kafka, ending)()
    ours.start()
    try:
        produce(ours.bootstrap, "4")
        assert consume(ours.bootstrap, 1) == [b"4"]
    finally:
        ours.kill()
