"""Transactions in one log: the last stable offset, aborted records, markers."""

from tests.unit.log.a_log import (
    a_batch,
    a_log,
    a_transactional_batch,
    an_idempotent_batch,
    code,
    headers,
    put,
    put_marker,
    refused,
)

from ottla.log.origin import Origin
from ottla.log.producer_rules import TV_EPOCH_BUMP
from ottla.model.errors import ErrorCode
from ottla.model.ids import Offset
from ottla.records.compression import Codec
from ottla.records.control import build_end_transaction


def test_without_transactions_everything_committed_is_stable() -> None:
    log = a_log()
    put(log, a_batch(b"a", b"b"))
    assert log.last_stable_offset(Offset(2)) == 2
    assert log.first_unstable_offset is None


def test_an_open_transaction_holds_the_last_stable_offset() -> None:
    log = a_log()
    put(log, a_batch(b"a"))
    put(log, a_transactional_batch(b"b", producer=1))
    put(log, a_batch(b"c"))
    assert log.last_stable_offset(Offset(3)) == 1
    assert log.last_stable_offset(Offset(1)) == 1
    assert log.first_unstable_offset == 1


def test_a_marker_lets_it_go_on_when_it_is_replicated() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    marker = put_marker(log, producer=1, committed=True)
    assert log.last_stable_offset(Offset(1)) == 0
    assert log.last_stable_offset(marker.last_offset) == 0
    assert log.last_stable_offset(Offset(marker.last_offset + 1)) == 2


def test_the_oldest_open_transaction_counts() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    put(log, a_transactional_batch(b"b", producer=2))
    put_marker(log, producer=1, committed=True)
    assert log.last_stable_offset(Offset(3)) == 1
    put_marker(log, producer=2, committed=False)
    assert log.last_stable_offset(Offset(4)) == 4


def test_aborted_transactions_are_told_to_those_who_read_their_records() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    put(log, a_transactional_batch(b"b", producer=2))
    put_marker(log, producer=1, committed=False)
    put_marker(log, producer=2, committed=True)
    put(log, a_transactional_batch(b"c", producer=1, sequence=1))
    put_marker(log, producer=1, committed=False)
    assert log.aborted_transactions(Offset(0), Offset(2)) == [(1, 0)]
    assert log.aborted_transactions(Offset(0), Offset(6)) == [(1, 0), (1, 4)]
    assert log.aborted_transactions(Offset(3), Offset(6)) == [(1, 4)]


def test_aborted_transactions_are_found_in_later_segments() -> None:
    log = a_log(segment_bytes=200)
    put(log, a_transactional_batch(b"a" * 60, producer=1))
    for _ in range(4):
        put(log, a_batch(b"x" * 60))
    put_marker(log, producer=1, committed=False)
    assert len(log.segments) > 3
    assert log.aborted_transactions(Offset(0), Offset(1)) == [(1, 0)]
    entry = log.segments.active.transactions.entries[0]
    assert (entry.first_offset, entry.last_offset, entry.last_stable_offset) == (0, 5, 6)


def test_the_index_keeps_the_stable_offset_after_the_marker() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    put(log, a_transactional_batch(b"b", producer=2))
    put_marker(log, producer=1, committed=False)
    assert [e.last_stable_offset for e in log.segments.active.transactions.entries] == [1]


def test_a_marker_without_data_changes_nothing_for_readers() -> None:
    log = a_log()
    put_marker(log, producer=1, committed=False, epoch=3)
    assert log.aborted_transactions(Offset(0), Offset(9)) == []
    assert log.last_stable_offset(Offset(1)) == 1
    assert code(log, an_idempotent_batch(b"a", sequence=0, epoch=2)) is ErrorCode.INVALID_PRODUCER_EPOCH


def test_a_plain_write_inside_a_transaction_is_refused() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    assert code(log, an_idempotent_batch(b"b", sequence=1)) is ErrorCode.INVALID_TXN_STATE


def test_a_zombie_coordinator_is_fenced() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    put_marker(log, producer=1, committed=True, coordinator=7)
    marker = build_end_transaction(True, producer_id=1, producer_epoch=0, coordinator_epoch=6, timestamp=0)
    refusal = refused(log, marker, origin=Origin.COORDINATOR)
    assert refusal.error is ErrorCode.TRANSACTION_COORDINATOR_FENCED
    assert refusal.message.endswith("6 (zombie), 7 (current)")


def test_since_the_second_transaction_version_a_marker_has_an_epoch_of_its_own() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    stale = build_end_transaction(True, producer_id=1, producer_epoch=0, coordinator_epoch=0, timestamp=0)
    refusal = refused(log, stale, origin=Origin.COORDINATOR, transaction_version=TV_EPOCH_BUMP)
    assert refusal.error is ErrorCode.INVALID_PRODUCER_EPOCH
    assert "which is <= the last seen epoch 0 (TV2)" in refusal.message
    put_marker(log, producer=1, committed=True, epoch=1, transaction_version=TV_EPOCH_BUMP)
    # Its repeat does no harm.
    put_marker(log, producer=1, committed=True, epoch=1, transaction_version=TV_EPOCH_BUMP)


def test_a_zombie_s_first_transactional_write_is_recoverable() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=0, epoch=4))
    refusal = refused(log, a_transactional_batch(b"b", producer=1, epoch=3))
    assert refusal.error is ErrorCode.INVALID_PRODUCER_EPOCH
    assert refusal.message == "Epoch of producer 1 is 3, which is smaller than the last seen epoch 4"


def test_the_log_s_start_bounds_the_first_unstable_offset() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", b"b", producer=1))
    log.advance_log_start(Offset(1))
    assert log.last_stable_offset(Offset(2)) == 1


def test_a_marker_is_never_compressed() -> None:
    log = a_log(compression_type="zstd")
    put(log, a_transactional_batch(b"a" * 100, producer=1))
    put_marker(log, producer=1, committed=True)
    assert [(h.is_control, h.compression) for h in headers(log)] == [(False, Codec.ZSTD), (True, Codec.NONE)]
