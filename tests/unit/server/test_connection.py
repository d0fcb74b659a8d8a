"""A connection cuts its bytes into frames, begins requests in order, and answers them in order."""

import asyncio
from typing import Any, cast

import pytest

from ottla.machine.later import Later
from ottla.server.connection import Answer, Connection, ReceiveBuffers
from ottla.wire.primitives import ProtocolError

PRODUCE, OTHER = 0, 3


class Wire:
    """The transport's side: what was written, and whether reading is paused."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.reading = True
        self.closed = False

    def write(self, data: bytes) -> None:
        self.sent += data

    def writelines(self, parts: list[bytes]) -> None:
        self.sent += b"".join(parts)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, name: str) -> tuple[str, int]:
        return "127.0.0.1", 4_000


class Script:
    """Dispatch that answers as it is told: bytes at once, or a Later to settle by hand."""

    def __init__(self) -> None:
        self.begun: list[bytes] = []
        self.laters: dict[bytes, Later[Answer]] = {}
        self.refusals: list[str] = []

    def accept(self, frame: memoryview, connection: Connection) -> Answer | Later[Answer]:
        body = bytes(frame)
        self.begun.append(body)
        if body.endswith(b"fault"):
            raise KeyError("ours")
        if body.endswith(b"bad"):
            raise ProtocolError("bad")
        if body.endswith(b"later"):
            self.laters[body] = later = Later[Answer]()
            return later
        return b"<" + body[2:] + b">"

    def faulted(self, connection: Connection, fault: Exception) -> None:
        self.refusals.append(repr(fault))

    def refused(self, connection: Connection, reason: str) -> None:
        self.refusals.append(reason)


def a_frame(text: bytes, key: int = OTHER) -> bytes:
    body = key.to_bytes(2, "big") + text
    return len(body).to_bytes(4, "big") + body


def a_connection(script: Script, frame_bytes_max: int = 1_000_000) -> tuple[Connection, Wire]:
    wire = Wire()
    connection = Connection(
        script, ReceiveBuffers(), identity=1, frame_bytes_max=frame_bytes_max, on_close=lambda gone: None
    )
    connection.connection_made(cast("asyncio.BaseTransport", wire))
    return connection, wire


def feed(connection: Connection, data: bytes, piece: int = 1 << 20) -> None:
    at = 0
    while at < len(data):
        target = connection.get_buffer(-1)
        size = min(piece, len(target), len(data) - at)
        target[:size] = data[at : at + size]
        connection.buffer_updated(size)
        at += size


def in_a_loop(work: Any) -> None:
    async def run() -> None:
        work()
        await asyncio.sleep(0)

    asyncio.run(run())


@pytest.mark.parametrize("piece", [1, 3, 7, 10_000])
def test_frames_are_found_however_the_bytes_arrive(piece: int) -> None:
    script = Script()
    connection, wire = a_connection(script)
    feed(connection, a_frame(b"one") + a_frame(b"two") + a_frame(b"x" * 5_000), piece)
    assert wire.sent == b"<one><two><" + b"x" * 5_000 + b">"


def test_a_frame_larger_than_the_shared_buffer_arrives_whole() -> None:
    script = Script()
    connection, wire = a_connection(script)
    feed(connection, a_frame(b"y" * 600_000), 64_000)
    assert len(wire.sent) == 600_002


def test_a_request_begins_only_when_all_before_it_are_answered() -> None:
    script = Script()
    connection, wire = a_connection(script)

    def work() -> None:
        feed(connection, a_frame(b"later") + a_frame(b"next"))
        assert [body[2:] for body in script.begun] == [b"later"]
        assert not wire.reading
        script.laters[script.begun[0]].settle(b"<late>")

    in_a_loop(work)
    assert wire.sent == b"<late><next>"
    assert wire.reading


def test_produce_requests_overlap_but_their_answers_keep_their_order() -> None:
    script = Script()
    connection, wire = a_connection(script)

    def work() -> None:
        feed(connection, a_frame(b"later", PRODUCE) + a_frame(b"second", PRODUCE))
        assert [body[2:] for body in script.begun] == [b"later", b"second"]
        assert wire.sent == b""
        script.laters[script.begun[0]].settle(b"<first>")

    in_a_loop(work)
    assert wire.sent == b"<first><second>"


def test_while_an_answer_is_awaited_the_connection_reads_on_up_to_one_frame() -> None:
    script = Script()
    connection, wire = a_connection(script)
    feed(connection, a_frame(b"later"))
    assert wire.reading
    waiting = a_frame(b"waiting")
    feed(connection, waiting[:6])
    assert wire.reading
    feed(connection, waiting[6:])
    assert not wire.reading


def test_a_closed_connection_abandons_its_answers() -> None:
    script = Script()
    connection, wire = a_connection(script)
    feed(connection, a_frame(b"later"))
    connection.connection_lost(None)
    script.laters[script.begun[0]].settle(b"<nobody hears this>")
    assert wire.sent == b""


def test_who_breaks_the_protocol_is_disconnected_after_the_answers_before() -> None:
    script = Script()
    connection, wire = a_connection(script)
    feed(connection, a_frame(b"good") + a_frame(b"bad") + a_frame(b"never"))
    assert wire.sent == b"<good>"
    assert wire.closed
    assert len(script.begun) == 2


def test_a_fault_of_ours_costs_the_connection_and_is_told() -> None:
    script = Script()
    connection, wire = a_connection(script)
    feed(connection, a_frame(b"good") + a_frame(b"fault") + a_frame(b"never"))
    assert wire.sent == b"<good>"
    assert wire.closed
    assert script.refusals == ["KeyError('ours')"]


@pytest.mark.parametrize("size", [-1, 101, 2**31 - 1])
def test_a_frame_of_an_impossible_size_closes_the_connection(size: int) -> None:
    script = Script()
    connection, wire = a_connection(script, frame_bytes_max=100)
    feed(connection, size.to_bytes(4, "big", signed=True) + b"abc")
    assert wire.closed
    assert script.begun == []
    assert script.refusals


def test_nothing_new_begins_while_the_peer_does_not_read_its_answers() -> None:
    script = Script()
    connection, wire = a_connection(script)

    def work() -> None:
        connection.pause_writing()
        feed(connection, a_frame(b"one"))
        assert script.begun == []
        connection.resume_writing()

    in_a_loop(work)
    assert wire.sent == b"<one>"
