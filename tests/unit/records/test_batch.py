"""The header of a batch: read, checked, patched in place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.records.batch import (
    CREATE_TIME,
    HEADER_SIZE,
    LOG_APPEND_TIME,
    add_to_sequence,
    batches,
    read_header,
    set_base_offset,
    set_leader_epoch,
    set_max_timestamp,
    validate,
)
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat
from ottla.records.records import Record, build_batch


def a_batch(count: int = 3, base_offset: int = 0) -> bytearray:
    content = [Record(base_offset + i, 1_000 + i, b"key", b"value") for i in range(count)]
    return build_batch(
        content,
        base_offset=base_offset,
        producer_id=7,
        producer_epoch=2,
        base_sequence=10,
        transactional=True,
    )


def test_the_header_says_what_was_built() -> None:
    header = read_header(a_batch(base_offset=5))
    assert (header.base_offset, header.last_offset, header.record_count) == (5, 7, 3)
    assert (header.producer_id, header.producer_epoch, header.base_sequence) == (7, 2, 10)
    assert header.last_sequence == 12
    assert (header.base_timestamp, header.max_timestamp) == (1_000, 1_002)
    assert header.is_transactional
    assert not header.is_control
    assert header.timestamp_type == CREATE_TIME
    assert header.delete_horizon is None


def test_offset_and_epoch_are_not_covered_by_the_checksum() -> None:
    batch = a_batch()
    set_base_offset(batch, 1 << 40)
    set_leader_epoch(batch, 9)
    header = read_header(batch)
    validate(batch, 0, header)
    assert (header.base_offset, header.leader_epoch) == (1 << 40, 9)


def test_a_stamped_time_is_covered_by_a_new_checksum() -> None:
    batch = a_batch()
    set_max_timestamp(batch, LOG_APPEND_TIME, 5_000)
    header = read_header(batch)
    validate(batch, 0, header)
    assert (header.timestamp_type, header.max_timestamp) == (LOG_APPEND_TIME, 5_000)
    assert header.is_transactional


@settings(deadline=None)
@given(st.integers(17 * 8, 8 * len(a_batch()) - 1))
def test_any_flipped_bit_behind_the_magic_is_noticed(bit: int) -> None:
    batch = a_batch()
    batch[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CorruptBatch, match="stored crc"):
        validate(batch, 0, read_header(batch))


def test_batches_follow_each_other_and_one_cut_short_is_passed_over() -> None:
    first, second = a_batch(), a_batch(2, base_offset=3)
    found = list(batches(first + second + first[:-1]))
    assert [(position, header.base_offset) for position, header in found] == [(0, 0), (len(first), 3)]
    assert list(batches(first[:HEADER_SIZE])) == []
    assert list(batches(b"")) == []


def test_an_impossible_size_is_corrupt() -> None:
    batch = a_batch()
    batch[8:12] = (13).to_bytes(4, "big")
    with pytest.raises(CorruptBatch, match=r"Record size 13 is less than the minimum record overhead \(14\)"):
        list(batches(batch))


def test_a_batch_smaller_than_its_header_is_corrupt() -> None:
    batch = a_batch()
    batch[8:12] = (40).to_bytes(4, "big")
    with pytest.raises(CorruptBatch, match="smaller than the minimum allowed overhead 61"):
        list(batches(batch))


def test_an_unknown_magic_is_corrupt_and_an_old_one_is_not_supported() -> None:
    batch = a_batch()
    batch[16] = 3
    with pytest.raises(CorruptBatch, match="Invalid magic found in record: 3"):
        list(batches(batch))
    batch[16] = 1
    with pytest.raises(UnsupportedBatchFormat):
        list(batches(batch))


def test_sequences_begin_again_after_the_largest() -> None:
    assert add_to_sequence(0x7FFFFFFF, 1) == 0
    assert add_to_sequence(0x7FFFFFFE, 3) == 1
    assert add_to_sequence(5, 0) == 5


@settings(deadline=None)
@given(st.integers(0, 0x7FFFFFFF), st.integers(0, 0x7FFFFFFF))
def test_sequences_count_modulo_two_to_the_31(sequence: int, increment: int) -> None:
    assert add_to_sequence(sequence, increment) == (sequence + increment) % (1 << 31)
