"""Frames that lie: the connection that sent them is closed as Kafka closes it, and no other is harmed."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from tests.differential.talk import HungUp, Line
from tests.e2e.ottla_node import OttlaNode, ottla_node
from tests.oracle.apache_kafka import apache_kafka

_TAGS = b"\x00"


def frame(
    key: int, version: int, body: bytes = b"", *, client: bytes = b"\x00\x01t", tags: bytes = b""
) -> bytes:
    head = struct.pack(">hhi", key, version, 7) + client + tags
    return struct.pack(">i", len(head + body)) + head + body


def metadata(body: bytes, version: int = 12) -> bytes:
    return frame(3, version, body, tags=_TAGS)


CLOSED = {
    "a negative length": struct.pack(">i", -1),
    "a length above socket.request.max.bytes": struct.pack(">i", 104_857_601),
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS": bytes.fromhex("16030100c2010000be0303") + bytes(64),
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing in a frame": struct.pack(">i", 0),
    "less than a header": struct.pack(">i", 5) + b"\x00\x12\x00\x03\x00",
    "an unknown key": frame(999, 0),
    "a negative key": frame(-1, 0),
    "a key of the controller listener": frame(52, 0, bytes(20), tags=_TAGS),
    "an unsupported version": frame(3, 99, bytes(20), tags=_TAGS),
    "a version that was removed": frame(1, 3, bytes(40)),
    "a negative version": frame(3, -1, bytes(20)),
    "a client id beyond the frame": frame(18, 0, client=b"\x7f\xff"),
    "an array of 2**31 - 1": frame(3, 1, struct.pack(">i", 2**31 - 1) + bytes(6)),
    "an array of many": frame(3, 1, struct.pack(">i", 1_000_000) + bytes(50)),
    "an array that may not be null": frame(19, 2, struct.pack(">i", -1) + bytes(5)),
    "a string of -2": frame(3, 1, struct.pack(">ih", 1, -2)),
    "a string past the end": frame(3, 1, struct.pack(">ih", 1, 30_000) + b"abc"),
    "a compact string past the end": metadata(b"\x02" + bytes(16) + b"\x7fabc"),
    "an endless varint": metadata(b"\xff" * 12),
    "a body cut short": frame(18, 3, b"\x02a", tags=_TAGS),
    "a tag past the end": frame(18, 3, b"\x02a\x021" + b"\x01\x05\x7fabc", tags=_TAGS),
}
CLOSED_BY_US_ALONE = {
    "a tag twice": frame(18, 3, b"\x02a\x021" + b"\x02\x05\x01a\x05\x01a", tags=_TAGS),
    "tags out of order": frame(18, 3, b"\x02a\x021" + b"\x02\x06\x01a\x05\x01a", tags=_TAGS),
}
ANSWERED = {
    "an array of -2 that may be null": frame(3, 1, struct.pack(">i", -2)),
    "tags that nobody knows": frame(18, 3, b"\x02a\x021" + b"\x01\x05\x01a", tags=_TAGS),
    "tags in the header": frame(18, 3, b"\x02a\x021\x00", tags=b"\x01\x05\x01a"),
    "bytes behind the body": frame(18, 3, b"\x02a\x021\x00" + b"more", tags=_TAGS),
    "no client id": frame(18, 0, client=b"\xff\xff"),
    "a client id of lines and zeros": frame(18, 0, client=b"\x00\x04\x00\r\n\x1b"),
    "a long client id": frame(18, 0, client=struct.pack(">h", 32_000) + b"x" * 32_000),
}


def is_closed(port: int, data: bytes) -> bool:
    """Whether the broker hangs up on `data`; otherwise it answers."""
    line = Line(port)
    try:
        line.send_raw(data)
        line.receive_frame()
    except (HungUp, BrokenPipeError):
        return True
    finally:
        line.close()
    return False


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OttlaNode]:
    with ottla_node(tmp_path_factory.mktemp("ottla")) as started:
        yield started


@pytest.fixture
def bystander(node: OttlaNode) -> Iterator[Line]:
    """A connection that was there before, and must be served after."""
    line = Line(node.port)
    yield line
    line.send("api_versions", 0, ApiVersionsRequest())
    assert not line.receive("api_versions", 0).error_code
    line.close()


@pytest.mark.parametrize("name", [*CLOSED, *CLOSED_BY_US_ALONE])
def test_a_lie_closes_its_own_connection(node: OttlaNode, bystander: Line, name: str) -> None:
    assert is_closed(node.port, (CLOSED | CLOSED_BY_US_ALONE)[name])


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_only_odd_is_answered(node: OttlaNode, bystander: Line, name: str) -> None:
    assert not is_closed(node.port, ANSWERED[name])


def test_random_bytes_harm_nobody(node: OttlaNode, bystander: Line) -> None:
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", node.port)) as connection:
            connection.sendall(os.urandom(200))


def test_a_frame_that_comes_byte_by_byte_is_answered(node: OttlaNode, bystander: Line) -> None:
    line = Line(node.port)
    for byte in frame(18, 0):
        line.send_raw(bytes([byte]))
    assert line.receive_frame()
    line.close()


def test_many_requests_at_once_are_answered_in_order(node: OttlaNode, bystander: Line) -> None:
    line = Line(node.port)
    requests = [struct.pack(">ihhi", 11, 18, 0, number) + b"\x00\x01t" for number in range(2_000)]
    line.send_raw(b"".join(requests))
    told = [struct.unpack_from(">i", line.receive_frame())[0] for _ in requests]
    assert told == list(range(2_000))
    line.close()


@pytest.mark.proof
@pytest.mark.needs("kafka")
def test_kafka_closes_and_answers_the_same(tmp_path: Path) -> None:
    with apache_kafka(tmp_path / "kafka") as kafka:
        for name, data in CLOSED.items():
            assert is_closed(kafka.port, data), name
        for name, data in (ANSWERED | CLOSED_BY_US_ALONE).items():
            assert not is_closed(kafka.port, data), name
