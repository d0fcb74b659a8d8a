"""Cutting a log's end or all of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.a_log import (
    FOLDER,
    a_batch,
    a_log,
    a_transactional_batch,
    an_idempotent_batch,
    at,
    contents,
    headers,
    opened,
    put,
    put_each,
    put_marker,
    values,
)
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.given import UnexpectedOffset
from ottla.model.ids import LeaderEpoch, Offset
from ottla.records.records import Record, build_batch


def test_what_lies_behind_goes_and_the_rest_stays() -> None:
    log = a_log()
    put_each(log, [b"a", b"b", b"c", b"d"])
    assert log.truncate_to(Offset(2), at())
    assert log.log_end_offset == 2
    assert values(log) == [b"a", b"b"]
    put(log, a_batch(b"e"))
    assert values(log) == [b"a", b"b", b"e"]


def test_cutting_behind_the_end_does_nothing() -> None:
    log = a_log()
    put_each(log, [b"a", b"b"])
    assert not log.truncate_to(Offset(2), at())
    assert not log.truncate_to(Offset(9), at())
    assert log.log_end_offset == 2


def test_an_epoch_without_records_goes_even_so() -> None:
    log = a_log()
    put(log, a_batch(b"a"), epoch=1)
    log.epochs.assign(2, 1)
    log.truncate_to(Offset(1), at())
    assert log.epochs.entries() == [(1, 0)]


def test_whole_segments_go() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=160)
    put_each(log, [b"x" * 50] * 5)
    log.truncate_to(Offset(1), at())
    assert len(log.segments) == 2
    assert [name for name in disk.list(FOLDER) if name.endswith(".deleted")] == [
        f"{offset:020d}.log.deleted" for offset in (2, 3, 4)
    ]
    put_each(log, [b"y" * 50] * 2)
    assert values(log) == [b"x" * 50, b"y" * 50, b"y" * 50]


def test_a_batch_that_holds_the_offset_goes_whole() -> None:
    log = a_log()
    put(log, a_batch(b"a"))
    put(log, a_batch(b"b", b"c", b"d"))
    log.truncate_to(Offset(2), at())
    assert values(log) == [b"a"]
    assert log.log_end_offset == 2


def test_epochs_are_cut_along() -> None:
    log = a_log()
    for epoch in (1, 2, 3):
        put(log, a_batch(b"x"), epoch=epoch)
    log.truncate_to(Offset(1), at())
    assert log.epochs.entries() == [(1, 0)]
    assert log.end_offset_for_epoch(LeaderEpoch(1)) == (1, 1)


def test_producers_are_as_they_were_then() -> None:
    log = a_log(segment_bytes=250)
    for sequence in range(10):
        put(log, an_idempotent_batch(b"x" * 40, sequence=sequence))
    log.truncate_to(Offset(6), at())
    (producer,) = log.producers()
    assert (producer.last_sequence, producer.last_data_offset) == (5, 5)
    put(log, an_idempotent_batch(b"again", sequence=6))


def test_transactions_are_as_they_were_then() -> None:
    log = a_log()
    put(log, a_transactional_batch(b"a", producer=1))
    put_marker(log, producer=1, committed=False)
    log.truncate_to(Offset(1), at())
    assert log.last_stable_offset(Offset(1)) == 0
    assert log.aborted_transactions(Offset(0), Offset(9)) == []


def test_a_cut_before_the_first_segment_begins_the_log_anew() -> None:
    log = a_log()
    log.truncate_fully_and_start_at(Offset(100), at())
    put(log, a_batch(b"a"))
    log.truncate_to(Offset(50), at())
    assert (log.log_start_offset, log.log_end_offset) == (50, 50)
    put(log, a_batch(b"b"))
    assert [(r.offset, r.value) for r in contents(log)] == [(50, b"b")]


def test_a_log_begun_anew_knows_nothing() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put(log, an_idempotent_batch(b"a", sequence=0), epoch=3)
    log.truncate_fully_and_start_at(Offset(0), at())
    disk.run_later()
    assert log.producers() == []
    assert log.epochs.entries() == []
    assert log.log_end_offset == 0
    put(log, a_batch(b"b"))
    assert values(log) == [b"b"]


def test_the_largest_time_is_found_anew() -> None:
    log = a_log(index_interval_bytes=100)
    for ms in (50, 10, 20, 99):
        put(log, a_batch(b"x" * 60, ms=ms))
    log.truncate_to(Offset(3), at())
    largest = log.offset_of_max_timestamp()
    assert largest is not None
    assert largest.offset == 0


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 12)), max_size=15),
    st.sampled_from([150, 400, 1 << 30]),
)
def test_a_follower_s_cuts_and_copies_keep_the_log_a_list(
    steps: list[tuple[int, int]], segment_bytes: int
) -> None:
    """Append a few records, cut some back, and so on, beside a plain list."""
    log, model = a_log(segment_bytes=segment_bytes, index_interval_bytes=1), list[bytes]()
    for number, (count, back) in enumerate(steps):
        base = len(model)
        batch = build_batch(
            [Record(base + i, number, None, b"%d.%d" % (number, i)) for i in range(count)],
            base_offset=base,
            leader_epoch=number,
        )
        log.append_as_follower(batch, LeaderEpoch(number), at())
        model += [b"%d.%d" % (number, i) for i in range(count)]
        # Leaders never part in the middle of a batch.
        bases = sorted({*(h.base_offset for h in headers(log)), len(model)})
        cut = bases[max(len(bases) - 1 - back % 3, 0)]
        log.truncate_to(Offset(cut), at())
        del model[cut:]
        assert values(log) == model
        assert log.log_end_offset == len(model)
        assert all(start < len(model) for _, start in log.epochs.entries())


def test_a_copy_that_begins_too_early_is_refused() -> None:
    log = a_log()
    put_each(log, [b"a", b"b"])
    again = build_batch([Record(1, 0, None, b"b")], base_offset=1, leader_epoch=0)
    with pytest.raises(UnexpectedOffset, match="First offset 1 is less than the next offset 2") as refusal:
        log.append_as_follower(again, LeaderEpoch(0), at())
    assert (refusal.value.first_offset, refusal.value.last_offset) == (1, 1)


def test_the_last_segment_goes_first_so_that_a_crash_leaves_no_hole() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=160)
    put_each(log, [b"x" * 50] * 5)
    disk.renamed.clear()
    log.truncate_to(Offset(1), at())
    assert [name.rpartition("/")[2] for name in disk.renamed] == [f"{base:020d}.log" for base in (4, 3, 2)]


def test_positions_known_before_are_forgotten() -> None:
    log = a_log()
    put_each(log, [b"a", b"b", b"c", b"d"])
    for start in range(4):
        log.read(Offset(start), 80, end_offset=log.log_end_offset, min_one_message=True)
    log.truncate_to(Offset(1), at())
    put(log, a_batch(b"larger" * 50))
    put_each(log, [b"e", b"f"])
    for start in range(1, 4):
        assert contents(log, start)[0].offset == start


def test_a_snapshot_of_what_is_cut_off_is_not_believed() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    for sequence in range(4):
        put(log, an_idempotent_batch(b"x", sequence=sequence))
    log.close(at())
    again, _ = opened(disk, clean=True)
    again.truncate_to(Offset(2), at())
    (producer,) = again.producers()
    assert producer.last_sequence == 1
