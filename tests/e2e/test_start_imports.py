"""What a node has imported when it acknowledges its first records, and how soon that is."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ottla.records.records import Record, build_batch
from ottla.wire.headers import put_request_header
from ottla.wire.message import Message
from ottla.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from tests.oracle.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
PRODUCE, CREATE_TOPICS = (0, 9), (19, 5)
NOT_NEEDED = (
    "argparse",
    "asyncio.__main__",
    "click",
    "confluent_kafka",
    "crc32c",
    "cryptography",
    "email",
    "http",
    "hypothesis",
    "importlib.metadata",
    "kio",
    "lz4",
    "multiprocessing",
    "optparse",
    "pathlib",
    "pydantic",
    "rich",
    "snappy",
    "tempfile",
    "unittest",
    "urllib",
    "uuid",
    "xml",
    "zipfile",
    "zstandard",
    "ottla.cli.help",
    "ottla.cli.options",
    "ottla.cli.storage",
    "ottla.dial.cluster",
    "ottla.link.admin",
    "ottla.link.producer",
    "ottla.model.config.client_metrics_rules",
    "ottla.model.config.describing",
    "ottla.model.config.java_double",
    "ottla.node.storage.formatter",
    "ottla.node.storage.storage_info",
    "ottla.server.apis.cluster.describe_configs",
    "ottla.server.apis.groups.join_group",
    "ottla.sim",
)


@contextmanager
def node(directory: Path, port: int, *flags: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`python FLAGS -m ottla start`; what Python says of its imports is in `directory`/imports."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (directory / "imports").open("wb") as imports:
        process = subprocess.Popen(
            [
                sys.executable,
                *flags,
                "-m",
                "ottla",
                "start",
                "--dir",
                str(directory / "data"),
                "--port",
                str(port),
            ],
            stdout=subprocess.DEVNULL,
            stderr=imports,
            env=environment,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def ask(port: int, api: tuple[int, int], request: Message) -> bytes:
    """Ask as soon as the node listens."""
    key, version = api
    frame = bytearray()
    put_request_header(frame, key, version, 1, "first")
    request.write(frame, version)
    with connected(port) as connection:
        connection.sendall(struct.pack(">i", len(frame)) + frame)
        answer = connection.makefile("rb")
        return answer.read(struct.unpack(">i", answer.read(4))[0])


def connected(port: int) -> socket.socket:
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            assert time.monotonic() < deadline, "the node does not listen"
            time.sleep(0.0005)


def produce(port: int) -> None:
    """One record, acknowledged."""
    batch = bytes(build_batch([Record(0, 1_700_000_000_000, None, b"first")]))
    data = TopicProduceData(name="t", partition_data=[PartitionProduceData(index=0, records=batch)])
    answer = ask(port, PRODUCE, ProduceRequest(acks=-1, timeout_ms=5_000, topic_data=[data]))
    assert b"\x02t\x02\x00\x00\x00\x00\x00\x00" in answer, "topic t, partition 0, no error"


@pytest.fixture
def port(tmp_path: Path) -> int:
    """Of a directory that is formatted and has a topic."""
    port, _ = free_ports(2)
    with node(tmp_path, port):
        topic = CreatableTopic(name="t", num_partitions=1, replication_factor=1)
        ask(port, CREATE_TOPICS, CreateTopicsRequest(topics=[topic], timeout_ms=5_000))
        produce(port)
    return port


def test_nothing_is_imported_that_the_first_acknowledged_record_does_not_need(
    tmp_path: Path, port: int
) -> None:
    with node(tmp_path, port, "-v"):
        produce(port)
        said = (tmp_path / "imports").read_text()
    imported = set(re.findall(r"^import '([\w.]+)' # ", said, re.MULTILINE))
    assert "ottla.server.apis.data.produce" in imported
    below = tuple(f"{each}." for each in NOT_NEEDED)
    assert [name for name in sorted(imported) if name in NOT_NEEDED or name.startswith(below)] == []


@pytest.mark.proof
def test_the_first_record_is_acknowledged_within_300_ms(tmp_path: Path, port: int) -> None:
    took_ms = []
    for _ in range(7):
        began = time.perf_counter()
        with node(tmp_path, port):
            produce(port)
            took_ms.append(round(1000 * (time.perf_counter() - began)))
    assert min(took_ms) <= 300, took_ms
