"""The frames of metadata records and coordinator records."""

import pytest

from ottla.wire.coordinator_records import (
    decode_coordinator_key,
    decode_coordinator_value,
    encode_coordinator_key,
    encode_coordinator_value,
)
from ottla.wire.messages.no_op_record import NoOpRecord
from ottla.wire.messages.offset_commit_key import OffsetCommitKey
from ottla.wire.messages.offset_commit_value import OffsetCommitValue
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.metadata_records import decode_metadata_record, encode_metadata_record
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

KEY = OffsetCommitKey(group="g", topic="t", partition=3)


def test_a_metadata_record_carries_frame_version_type_and_version() -> None:
    record = TopicRecord(name="t", topic_id=bytes(range(16)))
    value = encode_metadata_record(record, 0)
    assert value[:3] == b"\x01\x02\x00"
    assert decode_metadata_record(value) == (record, 0)


def test_a_record_without_fields_is_four_bytes() -> None:
    assert encode_metadata_record(NoOpRecord(), 0) == b"\x01\x14\x00\x00"


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (b"\x00\x14\x00\x00", UnsupportedVersion, "frame version 0"),
        (b"\x02\x14\x00\x00", UnsupportedVersion, "frame version 2"),
        (b"\x01\x63\x00\x00", UnsupportedVersion, "metadata record type 99"),
        (b"\x01\x14\x09\x00", UnsupportedVersion, "version 9 of NoOpRecord"),
        (b"\x01\x14\x00\x00\x00", ProtocolError, "1 bytes follow a NoOpRecord"),
        (b"\x01\x02\x00\x09", ProtocolError, "bytes announced"),
        (b"", ProtocolError, "bytes announced"),
    ],
)
def test_a_metadata_record_that_cannot_be_read_is_named(
    value: bytes, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        decode_metadata_record(value)


def test_a_coordinator_key_carries_its_type() -> None:
    data = encode_coordinator_key(KEY)
    assert data == b"\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x03"
    assert decode_coordinator_key("group", data) == KEY


@pytest.mark.parametrize("version", [3, 4])
def test_a_coordinator_value_carries_its_version(version: int) -> None:
    value = OffsetCommitValue(offset=7, metadata="m", commit_timestamp=9)
    data = encode_coordinator_value(value, version)
    assert data[:2] == bytes((0, version))
    assert decode_coordinator_value("group", OffsetCommitKey.KEY, data) == (value, version)


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (b"\x00\x63", UnsupportedVersion, "group coordinator record type 99"),
        (b"\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x03!", ProtocolError, "1 bytes follow a OffsetCommitKey"),
        (b"\x00", ProtocolError, "bytes announced"),
    ],
)
def test_a_coordinator_key_that_cannot_be_read_is_named(
    key: bytes, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        decode_coordinator_key("group", key)


def test_a_coordinator_value_of_an_unknown_version_is_named() -> None:
    with pytest.raises(UnsupportedVersion, match="version 9 of OffsetCommitValue"):
        decode_coordinator_value("group", OffsetCommitKey.KEY, b"\x00\x09")
