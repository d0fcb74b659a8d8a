"""kill -9 under load: nothing acknowledged is lost, and nothing is doubled with one request in flight."""

import threading
import time
from pathlib import Path

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tests.e2e.ottla_node import OttlaNode

FAST = ["broker.session.timeout.ms=1500", "broker.heartbeat.interval.ms=300"]


class Load:
    """A producer on a thread of its own; it knows what was acknowledged."""

    def __init__(self, bootstrap: str) -> None:
        self.acknowledged: set[bytes] = set()
        self.failed: list[str] = []
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "max.in.flight": 1,
                "linger.ms": 1,
                "message.timeout.ms": 120_000,
                "reconnect.backoff.max.ms": 200,
            }
        )
        self._stopping = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._thread.join()
        assert self._producer.flush(60) == 0

    def _run(self) -> None:
        number = 0
        while not self._stopping:
            try:
                self._producer.produce("load", value=f"{number}", on_delivery=self._delivered)
                number += 1
            except BufferError:  # the node is down: wait for it
                self._producer.poll(0.05)
            self._producer.poll(0.0005)

    def _delivered(self, error: object, message: object) -> None:
        if error is not None:
            self.failed.append(str(error))
        else:
            self.acknowledged.add(message.value())  # type: ignore[attr-defined]


def all_values(bootstrap: str) -> list[bytes]:
    """Everything in the topic, in order."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "enable.partition.eof": True})
    consumer.assign([TopicPartition("load", 0, OFFSET_BEGINNING)])
    found: list[bytes] = []
    while True:
        message = consumer.poll(20)
        assert message is not None, "the end of the partition comes"
        if message.error() is not None:
            break
        found.append(message.value() or b"")
    consumer.close()
    return found


def kill_again_and_again(directory: Path, times: int) -> None:
    node = OttlaNode(directory, overrides=FAST)
    node.start()
    try:
        admin = AdminClient({"bootstrap.servers": node.bootstrap})
        admin.create_topics([NewTopic("load", 1, 1)])["load"].result(10)
        load = Load(node.bootstrap)
        for _ in range(times):
            time.sleep(0.4)
            node.kill()
            node.start()
        load.stop()
        assert load.failed == []
        values = all_values(node.bootstrap)
        assert load.acknowledged <= set(values), "an acknowledged record is gone"
        assert len(values) == len(set(values)), "a record is there twice"
        assert len(load.acknowledged) > times
    finally:
        node.kill()


def test_twenty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, 20)


@pytest.mark.proof
def test_a_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, 100)
