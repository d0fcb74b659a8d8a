"""Compaction: a log keeps at least the last record of every key (`Cleaner`).

A round reads the dirty part and notes the latest offset of each key, then copies every segment up to there
into new ones, leaving out what is superseded, several small ones into one. New files are `.cleaned`, become
`.swap` when they are whole, and then take the place of the old ones: a crash at any point leaves the old
segments or the new ones (`leftovers`).
"""

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

from ottla.log.batch_filter import BatchFilter
from ottla.log.cleanable import Cleanable
from ottla.log.cleaned_transactions import CleanedTransactions
from ottla.log.offset_map import OffsetMap
from ottla.log.partition_log import PartitionLog
from ottla.log.segment import RELATIVE_OFFSET_MAX, BatchAt, Segment
from ottla.model.now import Now
from ottla.model.ports import File
from ottla.records.batch import HEADER_SIZE, BatchHeader, batch_size, batches, read_header, validate
from ottla.records.control import end_transaction
from ottla.records.invalid_record import CorruptBatch
from ottla.records.records import empty_batch, record_bytes, spans

_CHUNK_BYTES = 256 * 1024
_STEP_RECORDS = 2000


class Cleaned(NamedTuple):
    """A fact for the log: what a round did. The next one begins at `end_offset`."""

    start_offset: int
    end_offset: int
    bytes_read: int
    bytes_written: int
    records_read: int
    records_written: int
    invalid_records: int


class CleaningAborted(Exception):
    """The segments changed meanwhile: truncation or deletion. Nothing of the log is touched."""


Cleaning = Generator[Sequence[File] | None, None, Cleaned]


def clean(cleanable: Cleanable, offsets: OffsetMap, now: Now) -> Cleaning:
    """One round over the log of `cleanable`, in short steps.

    A step yields None, or files that must be synced before the next one. Raises CleaningAborted,
    CorruptBatch, InvalidRecord and OSError; then the log is as it was.
    """
    return (yield from _Round(cleanable, offsets, now).run())


class _Round:
    """One round of one log."""

    def __init__(self, cleanable: Cleanable, offsets: OffsetMap, now: Now) -> None:
        self._cleanable, self._log, self._offsets, self._now = cleanable, cleanable.log, offsets, now
        self._cuts = self._log.cuts
        self._last: BatchHeader | None = None
        self._transactions = CleanedTransactions()
        self._bytes_read = self._bytes_written = self._records_read = self._records_written = 0
        self._filter = BatchFilter(
            offsets,
            self._transactions,
            {producer.producer_id: producer for producer in self._log.producers()},
            end_offset=cleanable.first_uncleanable_offset,
            now_ms=now.wall_ms,
            delete_retention_ms=self._log.config.delete_retention_ms,
        )

    def run(self) -> Cleaning:
        yield from self._map_keys()
        end = self._offsets.latest_offset + 1
        for group in group_segments(self._log, end, self._cleanable.first_uncleanable_offset):
            yield from self._clean_group(group)
        return Cleaned(
            self._cleanable.first_dirty_offset,
            end,
            self._bytes_read,
            self._bytes_written,
            self._records_read,
            self._records_written,
            self._filter.invalid_records,
        )

    # The keys

    def _map_keys(self) -> Iterator[None]:
        start, end = self._cleanable.first_dirty_offset, self._cleanable.first_uncleanable_offset
        self._offsets.latest_offset = start - 1
        transactions = CleanedTransactions()
        transactions.expect(self._log.segments.aborted_transactions(start, end))
        for segment in self._log.segments.between(start, end):
            following = self._log.segments.higher(segment.base_offset)
            bound = end if following is None else min(end, following.base_offset)
            yield from self._map_segment(segment, start, transactions)
            if self._offsets.is_full:
                return
            # Whatever offsets are missing at the end of the segment will not come any more.
            self._offsets.latest_offset = bound - 1

    def _map_segment(self, segment: Segment, start: int, transactions: CleanedTransactions) -> Iterator[None]:
        mapped = 0
        for data, header in self._batches(segment, segment.index.lookup(start)):
            mapped += header.record_count
            if header.is_control:
                transactions.marker_may_go(header, end_transaction(data, 0, header))
            elif not transactions.data_may_go(header):
                self._map_batch(data, header, start)
            if header.last_offset >= start:
                self._offsets.latest_offset = header.last_offset
            if self._offsets.is_full:
                return
            if mapped >= _STEP_RECORDS:
                mapped = 0
                yield
                self._check_unchanged([segment])

    def _map_batch(self, data: memoryview, header: BatchHeader, start: int) -> None:
        content = record_bytes(data, 0, header)
        for span in spans(content, header.record_count):
            offset = header.base_offset + span.offset_delta
            if span.key_size >= 0 and offset >= start:
                self._offsets.put(content[span.key : span.key + span.key_size], offset)

    # The copies

    def _clean_group(self, group: Sequence[Segment]) -> Generator[Sequence[File] | None, None, None]:
        log = self._log
        cleaned = log.new_cleaned_segment(group[0].base_offset, self._now)
        self._transactions.index, self._last = cleaned.transactions, None
        try:
            for segment in group:
                yield from self._copy_segment(segment, cleaned)
            self._keep_something(cleaned)
            cleaned.become_inactive()
            yield cleaned.files
            self._check_unchanged(group)
        except BaseException:
            cleaned.remove()
            raise
        log.replace_segments(group, cleaned, self._now)

    def _copy_segment(self, segment: Segment, cleaned: Segment) -> Iterator[None]:
        following = self._log.segments.higher(segment.base_offset)
        end = segment.next_offset() if following is None else following.base_offset
        self._transactions.expect(self._log.segments.aborted_transactions(segment.base_offset, end))
        chunk, found, looked_at = bytearray(), list[BatchAt](), 0
        for data, header in self._batches(segment, 0):
            self._bytes_read += header.size
            self._records_read += header.record_count
            looked_at += header.record_count
            self._last = header
            kept = self._filter.keep(data, 0, header)
            if kept is not None:
                found.append(BatchAt(len(chunk), read_header(kept.data)))
                chunk += memoryview(kept.data)
                self._records_written += kept.records
            if len(chunk) >= _CHUNK_BYTES or looked_at >= _STEP_RECORDS:
                self._write(cleaned, chunk, found)
                chunk, found, looked_at = bytearray(), [], 0
                yield
                self._check_unchanged([segment])
        self._write(cleaned, chunk, found)
        yield

    def _keep_something(self, cleaned: Segment) -> None:
        """An empty segment would look as if its records were lost: its last batch stays without any."""
        if cleaned.size == 0 and self._last is not None:
            batch = empty_batch(self._last)
            self._write(cleaned, batch, [BatchAt(0, read_header(batch))])

    def _write(self, cleaned: Segment, chunk: bytearray, found: list[BatchAt]) -> None:
        if found:
            cleaned.append_all(chunk, found)
            self._bytes_written += len(chunk)

    def _check_unchanged(self, group: Sequence[Segment]) -> None:
        """What was cut off must not supersede anything, and what is gone needs no copy."""
        if self._log.cuts != self._cuts or not all(segment in self._log.segments for segment in group):
            raise CleaningAborted(f"The segments of {self._log.partition} changed during compaction")

    def _batches(self, segment: Segment, position: int) -> Iterator[tuple[memoryview, BatchHeader]]:
        """Bytes and header of each batch, checksum verified: damage must not get a new checksum."""
        wanted = _CHUNK_BYTES
        while position < segment.size:
            block = memoryview(segment.file.read(position, min(wanted, segment.size - position)))
            read, wanted = 0, _CHUNK_BYTES
            for at, header in batches(block):
                data = block[at : at + header.size]
                validate(data, 0, header)
                yield data, header
                read = at + header.size
            if read == 0:
                wanted = _whole_size(segment, position, block)
            position += read


def _whole_size(segment: Segment, position: int, block: memoryview) -> int:
    """Of a batch that is larger than what is read at once."""
    left = segment.size - position
    size = batch_size(block) if left >= HEADER_SIZE else HEADER_SIZE
    if size > left:
        raise CorruptBatch(
            f"A batch of {size} bytes is cut short at position {position} of {segment.file.path}"
        )
    return size


def group_segments(log: PartitionLog, end: int, first_uncleanable: int) -> list[list[Segment]]:
    """Neighbouring segments below `end` that fit into one, by bytes, by index entries and by offsets."""
    segments = log.segments.between(log.segments.first.base_offset, end)
    groups: list[list[Segment]] = []
    for number, segment in enumerate(segments):
        behind = segments[number + 1].base_offset if number + 1 < len(segments) else first_uncleanable
        if groups and _fits(groups[-1], segment, behind - 1, log):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _fits(group: list[Segment], segment: Segment, last_offset: int, log: PartitionLog) -> bool:
    config = log.config
    together = [*group, segment]
    return (
        sum(one.size for one in together) <= config.segment_bytes
        and 8 * sum(len(one.index) for one in together) <= config.segment_index_bytes
        and 12 * sum(len(one.time_index) for one in together) <= config.segment_index_bytes
        and (segment.size == 0 or last_offset - group[0].base_offset <= RELATIVE_OFFSET_MAX)
    )
