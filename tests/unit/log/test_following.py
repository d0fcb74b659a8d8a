"""Copying a leader: batches as they are, up to the epoch that was asked for."""

import pytest
from tests.unit.log.a_log import (
    a_batch,
    a_log,
    a_transactional_batch,
    an_idempotent_batch,
    at,
    headers,
    put,
    put_marker,
    read_all,
    values,
)

from ottla.log.append_refused import AppendRefused
from ottla.log.given import OffsetsOutOfOrder
from ottla.log.partition_log import PartitionLog
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset
from ottla.records.invalid_record import CorruptBatch
from ottla.records.records import Record, build_batch


def copied(*values: bytes, base: int, epoch: int = 0) -> bytearray:
    content = [Record(base + i, 5, None, value) for i, value in enumerate(values)]
    return build_batch(content, base_offset=base, leader_epoch=epoch)


def follow(log: PartitionLog, data: bytes | bytearray, epoch: int = 0) -> object:
    return log.append_as_follower(data, LeaderEpoch(epoch), at())


def test_a_copy_is_the_leader_s_log_byte_for_byte() -> None:
    leader, follower = a_log(segment_bytes=300), a_log(segment_bytes=900)
    for sequence in range(5):
        put(leader, an_idempotent_batch(b"x" * 30, sequence=sequence), epoch=sequence // 2)
    put(leader, a_transactional_batch(b"t", producer=9))
    put_marker(leader, producer=9, committed=False)
    follow(follower, read_all(leader), epoch=9)
    assert read_all(follower) == read_all(leader)
    assert follower.epochs.entries() == leader.epochs.entries()
    assert sorted(follower.producers()) == sorted(leader.producers())
    assert follower.aborted_transactions(Offset(0), Offset(7)) == leader.aborted_transactions(
        Offset(0), Offset(7)
    )
    assert follower.last_stable_offset(Offset(7)) == leader.last_stable_offset(Offset(7)) == 7


def test_a_batch_cut_short_waits_for_the_next_fetch() -> None:
    log = a_log()
    first, second = copied(b"a", base=0), copied(b"b", base=1)
    follow(log, first + second[:-3])
    assert values(log) == [b"a"]
    assert follow(log, second[:20]) is None


def test_batches_of_a_later_epoch_than_asked_for_are_left_out() -> None:
    log = a_log()
    follow(
        log, copied(b"a", base=0, epoch=1) + copied(b"b", base=1, epoch=2) + copied(b"c", base=2, epoch=1), 1
    )
    assert values(log) == [b"a"]


def test_gaps_that_compaction_left_are_copied() -> None:
    log = a_log()
    follow(log, copied(b"a", base=0) + copied(b"b", base=10))
    assert [header.base_offset for header in headers(log)] == [0, 10]
    assert log.log_end_offset == 11


def test_an_offset_too_far_for_the_segment_begins_a_new_one() -> None:
    log = a_log()
    follow(log, copied(b"a", base=0))
    follow(log, copied(b"b", base=1 << 33))
    assert log.segments.base_offsets == [0, 1 << 33]
    assert values(log) == [b"a", b"b"]


def test_an_empty_log_begins_where_the_leader_s_does() -> None:
    log = a_log()
    follow(log, copied(b"a", base=1 << 33))
    assert log.segments.base_offsets == [1 << 33]
    assert values(log) == [b"a"]


def test_damage_on_the_way_is_noticed_and_nothing_written() -> None:
    log = a_log()
    damaged = copied(b"b", base=1)
    damaged[-1] ^= 1
    with pytest.raises(CorruptBatch):
        follow(log, copied(b"a", base=0) + damaged)
    assert log.log_end_offset == 0


def test_offsets_out_of_order_are_noticed() -> None:
    with pytest.raises(OffsetsOutOfOrder, match="Out of order offsets found in append to orders-0: 5,4"):
        follow(a_log(), copied(b"a", base=5) + copied(b"b", base=4))


def test_the_size_limit_is_the_leader_s_business() -> None:
    log = a_log(max_message_bytes=10)
    follow(log, copied(b"x" * 100, base=0))
    assert log.log_end_offset == 1


def test_more_than_a_segment_at_once_is_refused() -> None:
    with pytest.raises(AppendRefused) as refusal:
        follow(a_log(segment_bytes=100), copied(b"x" * 100, base=0))
    assert refusal.value.error is ErrorCode.RECORD_LIST_TOO_LARGE


def test_a_leader_that_was_a_follower_goes_on() -> None:
    log = a_log()
    follow(log, copied(b"a", base=0, epoch=1), epoch=1)
    put(log, a_batch(b"b"), epoch=2)
    assert log.epochs.entries() == [(1, 0), (2, 1)]
    assert values(log) == [b"a", b"b"]
