"""Every message at every version: what is written is read back, and what is no message is refused."""

import random
from contextlib import suppress

import pytest

from ottla.wire.message import Message
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion, put_unsigned_varint
from tests.wire.every_message import every_message, flexible_versions, versions, written
from tests.wire.inventing_reader import TAGS_MAX, invented

EVERY_MESSAGE = every_message()
each_message = pytest.mark.parametrize("message", EVERY_MESSAGE, ids=lambda message: message.__name__)


@each_message
def test_what_is_written_is_read_back(message: type[Message]) -> None:
    for version in versions(message):
        for seed in range(4):
            sent = invented(message, version, seed)
            data = written(sent, version)
            source = Reader(b"before" + data, 6)
            assert message.read(source, version) == sent
            assert source.remaining == 0


@each_message
def test_a_message_cut_short_is_refused(message: type[Message]) -> None:
    for version in versions(message):
        data = written(invented(message, version, 0), version)
        for size in range(len(data)):
            with pytest.raises(ProtocolError):
                message.read(Reader(data[:size]), version)


@each_message
def test_damaged_bytes_are_a_message_or_a_protocol_error(message: type[Message]) -> None:
    chance = random.Random(message.__name__)
    for version in versions(message):
        data = bytearray(written(invented(message, version, 1), version))
        for _ in range(20 if data else 0):
            damaged = bytearray(data)
            damaged[chance.randrange(len(data))] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
            with suppress(ProtocolError):
                message.read(Reader(damaged), version)


@each_message
def test_tags_that_we_do_not_know_are_skipped(message: type[Message]) -> None:
    for version in flexible_versions(message):
        plain = written(message(), version)
        source = Reader(plain[:-1] + _two_unknown_tags())
        assert message.read(source, version) == message()
        assert source.remaining == 0


@each_message
def test_a_version_that_kafka_lacks_is_refused(message: type[Message]) -> None:
    low, high = message.VERSIONS
    for version in (low - 1, high + 1):
        with pytest.raises(UnsupportedVersion, match=f"Can't read version {version} of {message.__name__}"):
            message.read(Reader(b""), version)
        with pytest.raises(UnsupportedVersion, match=f"Can't write version {version} of {message.__name__}"):
            message().write(bytearray(), version)


def _two_unknown_tags() -> bytes:
    out = bytearray(b"\2")
    for tag, content in ((TAGS_MAX + 1, b"new"), (TAGS_MAX + 2**20, b"")):
        put_unsigned_varint(out, tag)
        put_unsigned_varint(out, len(content))
        out += content
    return bytes(out)
