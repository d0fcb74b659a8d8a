"""Messages as JSON, as Kafka's tools print them."""

import json

import pytest

from ottla.cli.record_json.coordinator_record import UnknownType, Unreadable, read_record
from ottla.cli.record_json.message_json import json_text, message_json
from ottla.wire.messages.offset_commit_key import OffsetCommitKey
from ottla.wire.messages.offset_commit_value import OffsetCommitValue
from ottla.wire.messages.partition_record import PartitionRecord
from ottla.wire.messages.topic_record import TopicRecord

KEY = bytes.fromhex("0001") + b"\0\1g\0\1t" + bytes.fromhex("00000003")


def test_fields_have_kafkas_names_and_order() -> None:
    value = OffsetCommitValue(offset=5, leader_epoch=2, metadata="m", commit_timestamp=9)
    assert json_text(message_json(value, 3)) == (
        '{"offset":5,"leaderEpoch":2,"metadata":"m","commitTimestamp":9}'
    )


def test_a_field_that_the_version_does_not_have_is_left_out() -> None:
    value = OffsetCommitValue(offset=5, leader_epoch=2, metadata="m", commit_timestamp=9)
    assert "leaderEpoch" not in message_json(value, 0)
    assert message_json(value, 1)["expireTimestamp"] == -1


def test_ids_are_text() -> None:
    record = TopicRecord(name="t", topic_id=bytes(15) + b"\1")
    assert message_json(record, 0) == {"name": "t", "topicId": "AAAAAAAAAAAAAAAAAAAAAQ"}


def test_a_tagged_field_is_left_out_while_it_holds_its_default() -> None:
    assert "leaderRecoveryState" not in message_json(PartitionRecord(), 0)
    assert message_json(PartitionRecord(leader_recovery_state=1), 0)["leaderRecoveryState"] == 1


def test_text_stays_readable() -> None:
    assert json_text({"a": "ä\n"}) == '{"a":"ä\\n"}'
    assert json.loads(json_text({"a": "ä\n"})) == {"a": "ä\n"}


def test_a_record_of_a_coordinator_has_a_key_and_a_value() -> None:
    value = bytearray(b"\0\3")
    OffsetCommitValue(offset=5).write(value, 3)
    record = read_record("group", KEY, bytes(value))
    assert isinstance(record.key, OffsetCommitKey)
    assert (record.key.group, record.key.topic, record.key.partition) == ("g", "t", 3)
    assert isinstance(record.value, OffsetCommitValue)
    assert (record.value.offset, record.version) == (5, 3)


def test_a_tombstone_has_no_value() -> None:
    assert read_record("group", KEY, None).value is None


def test_a_type_from_the_future_is_passed_over() -> None:
    with pytest.raises(UnknownType):
        read_record("group", b"\x03\xe7rest", b"\0\0")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (b"\0", b"", "Could not read version from key's buffer."),
        (KEY, b"\0", "Could not read version from value's buffer."),
        (KEY, b"\0\x63", "Found an unknown record version 99 for 1 type"),
        (KEY[:-1], b"\0\3", "Could not read record with version 1 from key's buffer due to"),
    ],
)
def test_bytes_that_are_no_record_are_told(key: bytes, value: bytes, message: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_record("group", key, value)
    assert str(raised.value).startswith(message)
