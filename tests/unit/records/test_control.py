"""Control batches: markers of transactions and what the quorum writes."""

import pytest

from ottla.records.batch import read_header
from ottla.records.control import (
    ControlType,
    EndTransaction,
    build_control_batch,
    build_end_transaction,
    control_key,
    control_type,
    end_transaction,
)
from ottla.records.invalid_record import InvalidRecord
from ottla.records.records import Record, build_batch, empty_batch, records


def a_control_batch(key: bytes, value: bytes) -> bytearray:
    return build_batch([Record(0, 0, key, value)], control=True, producer_id=1, producer_epoch=0)


@pytest.mark.parametrize("committed", [True, False])
def test_a_marker_is_read_back(committed: bool) -> None:
    batch = build_end_transaction(
        committed, producer_id=5, producer_epoch=3, coordinator_epoch=12, timestamp=77
    )
    header = read_header(batch)
    assert header.is_control
    assert header.is_transactional
    assert (header.producer_id, header.producer_epoch, header.max_timestamp) == (5, 3, 77)
    assert end_transaction(batch, 0, header) == EndTransaction(committed, 12)


def test_a_marker_that_compaction_emptied_says_nothing() -> None:
    batch = build_end_transaction(True, producer_id=5, producer_epoch=3, coordinator_epoch=1, timestamp=7)
    emptied = empty_batch(read_header(batch))
    assert end_transaction(emptied, 0, read_header(emptied)) is None


def test_a_marker_of_a_newer_version_is_read_as_far_as_we_know_it() -> None:
    value = (3).to_bytes(2, "big") + (12).to_bytes(4, "big") + b"more"
    batch = a_control_batch(control_key(ControlType.ABORT), value)
    assert end_transaction(batch, 0, read_header(batch)) == EndTransaction(False, 12)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (b"\0\0\0", b"\0\0\0\0\0\1", "Must have at least 4 bytes, but found only 3"),
        (b"\xff\xff\0\0", b"\0\0\0\0\0\1", "Invalid version found for control record: -1"),
        (control_key(ControlType.LEADER_CHANGE), b"", "Invalid control record type .* LEADER_CHANGE"),
        (control_key(ControlType.COMMIT), b"\0\0\0", "cut short"),
        (
            control_key(ControlType.COMMIT),
            b"\xff\xff\0\0\0\1",
            "Invalid version found for end transaction marker",
        ),
    ],
)
def test_a_marker_that_makes_no_sense_is_refused(key: bytes, value: bytes, message: str) -> None:
    batch = a_control_batch(key, value)
    with pytest.raises(InvalidRecord, match=message):
        end_transaction(batch, 0, read_header(batch))


def test_unknown_control_types_have_a_name() -> None:
    assert control_type(Record(0, 0, b"\0\0\0\x63", b"")) is ControlType.UNKNOWN


def test_a_batch_of_the_quorum_has_its_offset_and_epoch() -> None:
    batch = build_control_batch(
        ControlType.LEADER_CHANGE, b"body", base_offset=9, leader_epoch=4, timestamp=1
    )
    header = read_header(batch)
    (record,) = records(batch, 0, header)
    assert (header.base_offset, header.leader_epoch, header.is_control) == (9, 4, True)
    assert (control_type(record), record.value) == (ControlType.LEADER_CHANGE, b"body")
