"""The offset index: found again, on disk as Kafka has it."""

import struct
from bisect import bisect_right

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.memory_disk import MemoryDisk, MemoryFile

from ottla.log.offset_index import OffsetIndex

BASE = 100


def an_index(*entries: tuple[int, int], disk: MemoryDisk | None = None) -> OffsetIndex:
    index = OffsetIndex((disk or MemoryDisk()).open("/i"), BASE, 800, empty=True)
    for offset, position in entries:
        index.append(offset, position)
    return index


def reloaded(index: OffsetIndex) -> OffsetIndex:
    return OffsetIndex(index.file, index.base_offset, 800)


def content(index: OffsetIndex) -> bytes:
    assert isinstance(index.file, MemoryFile)
    return index.file.read(0, index.file.size())


def test_entries_are_relative_offset_and_position_in_big_endian() -> None:
    index = an_index((105, 4096), (230, 9000))
    index.write()
    assert content(index) == struct.pack(">iiii", 5, 4096, 130, 9000)


def test_lookup_gives_the_entry_at_or_before() -> None:
    index = an_index((105, 10), (110, 20))
    assert [index.lookup(offset) for offset in (0, 100, 104, 105, 109, 110, 999)] == [0, 0, 0, 10, 10, 20, 20]


def test_positions_are_found_too() -> None:
    index = an_index((105, 10), (110, 20))
    assert [index.position_at_or_below(p) for p in (0, 9, 10, 19, 20, 99)] == [0, 0, 10, 10, 20, 20]


def test_zeroed_entries_at_the_end_of_a_live_file_count_for_nothing() -> None:
    index = an_index((105, 4096))
    index.write()
    index.file.truncate(800)
    found = reloaded(index)
    assert found.entries == [(105, 4096)]
    found.append(106, 5000)
    found.write()
    assert content(found) == struct.pack(">iiii", 5, 4096, 6, 5000)


def test_a_full_index_says_so() -> None:
    index = OffsetIndex(MemoryDisk().open("/i"), 0, 17, empty=True)
    index.append(1, 10)
    assert not index.is_full
    index.append(2, 20)
    assert index.is_full


def test_memory_can_be_given_back() -> None:
    index = an_index((105, 10))
    index.write()
    index.release()
    assert index.lookup(105) == 10


some_entries = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 9_000)), max_size=30).map(
    lambda steps: [
        (BASE + sum(o for o, _ in steps[: n + 1]), sum(p for _, p in steps[: n + 1]))
        for n in range(len(steps))
    ]
)


@settings(deadline=None)
@given(some_entries, st.integers(BASE - 10, BASE + 2_000), st.booleans())
def test_a_written_index_is_the_same_after_loading_and_after_a_cut(
    entries: list[tuple[int, int]], offset: int, written_before: bool
) -> None:
    index = an_index(*entries)
    if written_before:
        index.write()
    below = [entry for entry in entries if entry[0] <= offset]
    assert index.lookup(offset) == (below[-1][1] if below else 0)
    index.truncate_to(offset)
    kept = [entry for entry in entries if entry[0] < offset]
    index.write()
    assert reloaded(index).entries == index.entries == kept
    assert len(content(index)) == 8 * len(kept)
    positions = [position for _, position in kept]
    assert index.position_at_or_below(5_000) == ([0, *positions][bisect_right(positions, 5_000)])
