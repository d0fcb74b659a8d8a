"""The time index: found again, on disk as Kafka has it."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.time_index import TimeIndex, TimestampOffset

BASE = 100


def an_index(*entries: tuple[int, int]) -> TimeIndex:
    index = TimeIndex(MemoryDisk().open("/i"), BASE, 1_200, empty=True)
    for timestamp, offset in entries:
        index.append(timestamp, offset)
    return index


def reloaded(index: TimeIndex) -> TimeIndex:
    return TimeIndex(index.file, BASE, 1_200)


def all_of(index: TimeIndex) -> list[TimestampOffset]:
    return [index[slot] for slot in range(len(index))]


def test_entries_are_timestamp_and_relative_offset_in_big_endian() -> None:
    index = an_index((1_000, 105), (2_000, 230))
    index.write()
    assert index.file.read(0, 99) == struct.pack(">qiqi", 1_000, 5, 2_000, 130)


def test_only_later_times_are_noted() -> None:
    index = an_index((1_000, 105), (1_000, 110), (900, 120), (-1, 130))
    assert all_of(index) == [(1_000, 105)]


def test_an_empty_index_ends_before_all_time() -> None:
    assert an_index().last == reloaded(an_index()).last == (-1, BASE)
    assert an_index().lookup(5) == (-1, BASE)


def test_zeroed_entries_at_the_end_of_a_live_file_count_for_nothing() -> None:
    index = an_index((1_000, 105), (2_000, 110))
    index.write()
    index.file.truncate(1_200)
    found = reloaded(index)
    assert (len(found), found.last) == (2, (2_000, 110))
    found.append(3_000, 111)
    found.write()
    assert found.file.size() == 36


def test_one_place_is_kept_for_the_last_entry() -> None:
    index = TimeIndex(MemoryDisk().open("/i"), 0, 36, empty=True)
    index.append(1, 1)
    assert not index.is_full
    index.append(2, 2)
    assert index.is_full


some_entries = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), max_size=30).map(
    lambda steps: [
        (sum(t for t, _ in steps[: n + 1]), BASE + sum(o for _, o in steps[: n + 1]))
        for n in range(len(steps))
    ]
)


@settings(deadline=None)
@given(some_entries, st.integers(0, 1_500), st.integers(BASE - 5, BASE + 300), st.booleans())
def test_a_written_index_is_the_same_after_loading_and_after_a_cut(
    entries: list[tuple[int, int]], timestamp: int, offset: int, written_before: bool
) -> None:
    index = an_index(*entries)
    if written_before:
        index.write()
    below = [entry for entry in entries if entry[0] <= timestamp]
    assert index.lookup(timestamp) == (below[-1] if below else (-1, BASE))
    index.truncate_to(offset)
    kept = [entry for entry in entries if entry[1] < offset]
    assert index.last == (kept[-1] if kept else (-1, BASE))
    index.write()
    assert all_of(reloaded(index)) == all_of(index) == kept
    assert index.file.size() == 12 * len(kept)
