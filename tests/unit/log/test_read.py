"""Read plans: whole batches, in bounds, without scanning for those who read on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.a_log import a_batch, a_log, contents, put, put_each, values
from tests.unit.log.memory_disk import MemoryDisk, MemoryFile

from ottla.log.partition_log import OffsetOutOfRange, PartitionLog, Slice
from ottla.model.ids import Offset
from ottla.records.batch import batches


def plan(
    log: PartitionLog, start: int, max_bytes: int = 1 << 20, end: int | None = None, first: bool = True
) -> Slice:
    return log.read(
        Offset(start),
        max_bytes,
        end_offset=log.log_end_offset if end is None else Offset(end),
        min_one_message=first,
    )


def offsets(piece: Slice) -> list[int]:
    return [h.base_offset for _, h in batches(piece.file.read(piece.position, piece.length))]


def test_a_read_begins_with_the_batch_that_holds_the_offset() -> None:
    log = a_log()
    put(log, a_batch(b"a", b"b", b"c"))
    put(log, a_batch(b"d"))
    assert offsets(plan(log, 1)) == [0, 3]
    assert offsets(plan(log, 3)) == [3]


def test_at_the_end_there_is_nothing_to_read() -> None:
    log = a_log()
    put(log, a_batch(b"a"))
    assert plan(log, 1).length == 0
    assert plan(a_log(), 0).length == 0


def test_a_read_stays_below_its_end() -> None:
    log = a_log()
    put_each(log, [b"a", b"b", b"c", b"d"])
    assert offsets(plan(log, 0, end=2)) == [0, 1]
    assert plan(log, 2, end=2).length == 0
    assert plan(log, 3, end=2).length == 0
    assert plan(log, 0, end=2).next_offset == 2


def test_a_read_has_no_more_bytes_than_asked_for() -> None:
    log = a_log()
    put_each(log, [b"a", b"b", b"c"])
    size = log.size // 3
    assert offsets(plan(log, 0, 2 * size)) == [0, 1]
    assert offsets(plan(log, 0, 3 * size - 1)) == [0, 1]


def test_the_first_batch_is_given_whole_where_one_is_due() -> None:
    log = a_log()
    put_each(log, [b"x" * 100, b"b"])
    assert offsets(plan(log, 0, 10)) == [0]
    assert plan(log, 0, 10, first=False).length == 0
    assert plan(log, 0, 0, first=False).length == 0


def test_offsets_outside_the_log_are_out_of_range() -> None:
    log = a_log()
    put_each(log, [b"a", b"b", b"c"])
    log.advance_log_start(Offset(2))
    with pytest.raises(OffsetOutOfRange, match="starting from offset: 2"):
        plan(log, 1)
    with pytest.raises(OffsetOutOfRange, match=r"Received request for offset 4 .* segments upto 3"):
        plan(log, 4)
    with pytest.raises(OffsetOutOfRange):
        plan(log, -5)
    assert plan(log, 3).length == 0


def test_a_read_goes_on_in_the_next_segment() -> None:
    log = a_log(segment_bytes=160)
    put_each(log, [b"x" * 50] * 5)
    assert len(log.segments) == 5
    assert [record.offset for record in contents(log)] == [0, 1, 2, 3, 4]


def test_an_offset_in_a_gap_begins_with_the_next_batch() -> None:
    log = a_log(segment_bytes=160)
    put_each(log, [b"x" * 50] * 3)
    log.segments.remove(log.segments.higher(0))  # type: ignore[arg-type]
    assert offsets(plan(log, 1)) == [2]


class CountingFile(MemoryFile):
    """Counts what is read."""

    reads = 0

    def read(self, position: int, size: int) -> bytes:
        CountingFile.reads += 1
        return super().read(position, size)


class CountingDisk(MemoryDisk):
    """All files count."""

    def open(self, path: str) -> MemoryFile:
        super().open(path)
        return CountingFile(self, path)


def test_a_tail_reader_reads_no_headers() -> None:
    log = a_log(CountingDisk(), index_interval_bytes=1 << 30)
    put(log, a_batch(b"first"))
    plan(log, 0)
    CountingFile.reads = 0
    for offset in range(1, 50):
        put(log, a_batch(b"x"))
        assert plan(log, offset).first_offset == offset
    assert CountingFile.reads == 0


def test_a_catching_up_reader_reads_one_header_for_each_plan() -> None:
    log = a_log(CountingDisk(), index_interval_bytes=500)
    put_each(log, [b"x" * 100] * 200)
    offset, plans = 0, 0
    CountingFile.reads = 0
    while offset < 200:
        piece = plan(log, offset, 3_000)
        assert piece.length <= 3_000
        offset, plans = piece.next_offset, plans + 1
    assert plans < 15
    assert CountingFile.reads <= plans


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=40),
    st.integers(1, 2_000),
    st.sampled_from([1, 200, 4096]),
    st.sampled_from([300, 2_000, 1 << 30]),
    st.data(),
)
def test_a_reader_sees_every_record_once_and_in_order(
    counts: list[int], max_bytes: int, interval: int, segment_bytes: int, data: st.DataObject
) -> None:
    log = a_log(index_interval_bytes=interval, segment_bytes=segment_bytes)
    for number, count in enumerate(counts):
        put(log, a_batch(*(b"%d" % number,) * count))
    start = data.draw(st.integers(0, log.log_end_offset - 1))
    end = data.draw(st.integers(start, log.log_end_offset))
    offset, found = start, []
    while offset < end:
        piece = plan(log, offset, max_bytes, end)
        if not piece.length:
            break
        found += offsets(piece)
        offset = piece.next_offset
    bases = [sum(counts[:n]) for n in range(len(counts))]
    wanted = [b for b, c in zip(bases, counts, strict=True) if b + c > start and b + c <= end]
    assert found == wanted
    assert values(log) == [b"%d" % n for n, count in enumerate(counts) for _ in range(count)]
