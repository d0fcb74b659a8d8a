"""One segment of a log: its batches in a file, and the indexes beside it (`LogSegment`)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ottla.log.config import LogConfig
from ottla.log.offset_index import OffsetIndex
from ottla.log.segment_files import DELETED, LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX, file_name
from ottla.log.time_index import TimeIndex, TimestampOffset
from ottla.log.transaction_index import TransactionIndex
from ottla.model.ports import Buffer, Disk, File
from ottla.records.batch import HEADER_SIZE, NO_TIMESTAMP, BatchHeader, check_magic, read_header
from ottla.records.invalid_record import CorruptBatch

RELATIVE_OFFSET_MAX = 0x7FFFFFFF
_POSITIONS_KEPT = 64
_SCAN_BYTES = 16 * 1024


class BatchAt(NamedTuple):
    """A batch in the segment's file."""

    position: int
    header: BatchHeader


class Segment:
    """Offsets from `base_offset` on. `size` counts the bytes in use; a preallocated file is longer."""

    __slots__ = (
        "_bytes_since_index",
        "_disk",
        "_first_timestamp",
        "_largest",
        "_positions",
        "base_offset",
        "created_ms",
        "directory",
        "file",
        "index",
        "index_interval",
        "is_full",
        "jitter_ms",
        "offset_max",
        "size",
        "suffix",
        "time_index",
        "transactions",
    )

    def __init__(
        self,
        disk: Disk,
        directory: str,
        base_offset: int,
        config: LogConfig,
        *,
        now_ms: int,
        jitter_ms: int = 0,
        suffix: str = "",
        new: bool = False,
    ) -> None:
        """The segment as its files are. `new` says that there are none."""

        def path(kind: str) -> str:
            return f"{directory}/{file_name(base_offset, kind)}{suffix}"

        self._disk, self.directory, self.base_offset, self.suffix = disk, directory, base_offset, suffix
        self.file: File = disk.open(path(LOG))
        self.size = 0 if new else self.file.size()
        self.index = OffsetIndex(
            disk.open(path(OFFSET_INDEX)), base_offset, config.segment_index_bytes, empty=new
        )
        self.time_index = TimeIndex(
            disk.open(path(TIME_INDEX)), base_offset, config.segment_index_bytes, empty=new
        )
        self.transactions = TransactionIndex(disk, path(TRANSACTION_INDEX), base_offset)
        self.index_interval = config.index_interval_bytes
        self.offset_max = base_offset + RELATIVE_OFFSET_MAX
        self.created_ms, self.jitter_ms = now_ms, jitter_ms
        self.is_full = False
        self._bytes_since_index = 0
        self._largest: TimestampOffset | None = self.time_index.last if new else None
        self._first_timestamp: int | None = None
        self._positions: dict[int, int] = {base_offset: 0}
        if new and config.preallocate:
            self.file.truncate(config.segment_bytes)

    # Writing

    def append(self, data: Buffer, size: int, last_offset: int, max_timestamp: int) -> None:
        """Write one batch at the end. The file is as before if this raises."""
        position = self.size
        self.file.write(position, data)
        self.size = position + size
        self.note(position, size, last_offset, max_timestamp)

    def append_all(self, data: Buffer, found: Sequence[BatchAt]) -> None:
        """Write several batches at once; their positions are those in `data`."""
        start = self.size
        self.file.write(start, data)
        self.size = start + len(data)
        for position, header in found:
            self.note(start + position, header.size, header.last_offset, header.max_timestamp)

    def note(self, position: int, size: int, last_offset: int, max_timestamp: int) -> None:
        """Keep the indexes up with a batch that lies at `position`."""
        largest = self._largest or self.largest
        if max_timestamp > largest.timestamp:
            largest = self._largest = TimestampOffset(max_timestamp, last_offset)
        if self._first_timestamp is None:
            self._first_timestamp = max_timestamp
        since = self._bytes_since_index
        if since > self.index_interval:
            self.index.append(last_offset, position)
            self.time_index.append(largest.timestamp, largest.offset)
            self.note_fullness()
            since = 0
        self._bytes_since_index = since + size

    def note_fullness(self) -> None:
        """Whether the indexes can take another entry; else the log must be rolled."""
        self.is_full = self.index.is_full or self.time_index.is_full

    # What it holds

    @property
    def largest(self) -> TimestampOffset:
        """The largest timestamp in the segment as its indexes know it."""
        if self._largest is None:
            self._largest = self.time_index.last
        return self._largest

    @property
    def largest_timestamp(self) -> int:
        """For retention. Records without a timestamp are as old as the segment is to this process."""
        timestamp = self.largest.timestamp
        return timestamp if timestamp >= 0 else self.created_ms

    @property
    def first_timestamp(self) -> int:
        """Of the first batch; NO_TIMESTAMP if there is none."""
        if self._first_timestamp is None:
            first = self.batch_at(0)
            if first is None:
                return NO_TIMESTAMP
            self._first_timestamp = first.header.max_timestamp
        return self._first_timestamp

    def waited_ms(self, now_ms: int, timestamp: int) -> int:
        """How long the segment has been active, by its records' time if they have one."""
        first = self._first_timestamp
        if first is None:
            first = self.first_timestamp
        return timestamp - first if first >= 0 else now_ms - self.created_ms

    # Its files

    @property
    def paths(self) -> list[str]:
        """Of the log and the indexes, whether they are there or not."""
        return [self.file.path, self.index.file.path, self.time_index.file.path, self.transactions.path]

    @property
    def files(self) -> list[File]:
        """All that there are."""
        aborted = self.transactions.file
        return [self.file, self.index.file, self.time_index.file, *([aborted] if aborted is not None else [])]

    def become_inactive(self) -> None:
        """Nothing more is written here: the indexes are completed and all files get their exact sizes."""
        largest = self.largest
        self.time_index.append(largest.timestamp, largest.offset)
        self.index.write()
        self.time_index.write()
        if self.file.size() != self.size:
            self.file.truncate(self.size)

    def truncate_to(self, offset: int, now_ms: int) -> None:
        """Cut off everything from `offset` on. The segment is active again."""
        position = self.position_of(offset)
        self.index.truncate_to(offset)
        self.time_index.truncate_to(offset)
        self.transactions.truncate_to(offset)
        self.file.truncate(position)
        self.size, self._bytes_since_index = position, 0
        self._positions = {self.base_offset: 0}
        if position == 0:
            self.created_ms, self._first_timestamp = now_ms, None
        self._largest = self._find_largest()

    def _find_largest(self) -> TimestampOffset:
        """The last index entry, or a batch behind it that no entry knows yet."""
        largest = self.time_index.last
        for _, header in self.batches_from(self.index.lookup(largest.offset)):
            if header.max_timestamp > largest.timestamp:
                largest = TimestampOffset(header.max_timestamp, header.last_offset)
        return largest

    def forget_indexes(self) -> None:
        """Before recovery, which notes every batch anew."""
        self.index.clear()
        self.time_index.clear()
        self.transactions.clear()
        self._positions = {self.base_offset: 0}
        self._bytes_since_index, self._first_timestamp = 0, None
        self._largest = self.time_index.last

    def mark_deleted(self) -> None:
        """Rename the log, so that it is never loaded again, and remove the indexes: it can still be read."""
        self.file = self._moved(self.file, self.file.path + DELETED)
        for file in (self.index.file, self.time_index.file):
            self._disk.remove(file.path)
        self._disk.remove(self.transactions.path)

    def rename(self, suffix: str) -> None:
        """Give all files another suffix; the log first."""

        def renamed(path: str) -> str:
            return path.removesuffix(self.suffix) + suffix

        self.file = self._moved(self.file, renamed(self.file.path))
        self.index.file = self._moved(self.index.file, renamed(self.index.file.path))
        self.time_index.file = self._moved(self.time_index.file, renamed(self.time_index.file.path))
        transactions = self.transactions
        transactions.path = renamed(transactions.path)
        if transactions.file is not None:
            transactions.file = self._moved(transactions.file, transactions.path)
        self.suffix = suffix

    def remove(self) -> None:
        """Remove all files at once."""
        for path in self.paths:
            self._disk.remove(path)

    def _moved(self, file: File, path: str) -> File:
        file.close()
        self._disk.rename(file.path, path)
        return self._disk.open(path)

    # Finding

    def batch_at(self, position: int) -> BatchAt | None:
        """The batch whose header begins at `position`; None where the segment ends."""
        if position + HEADER_SIZE > self.size:
            return None
        header = read_header(self.file.read(position, HEADER_SIZE))
        check_magic(header.magic)
        return BatchAt(position, header)

    def batches_from(self, position: int, end: int | None = None) -> Iterator[BatchAt]:
        """Headers one after another, read in blocks where batches are small."""
        end = self.size if end is None else min(end, self.size)
        block, start = b"", position
        while position + HEADER_SIZE <= end:
            if position + HEADER_SIZE > start + len(block):
                block, start = self.file.read(position, min(_SCAN_BYTES, end - position)), position
                if len(block) < HEADER_SIZE:
                    return
            header = read_header(block, position - start)
            check_magic(header.magic)
            if header.size < HEADER_SIZE:
                raise CorruptBatch(f"Found record size {header.length} in file {self.file.path}.")
            yield BatchAt(position, header)
            position += header.size

    def position_of(self, offset: int) -> int:
        """Where the batch begins that holds `offset`, or the first one behind it; `size` if there is none."""
        known = self._positions.get(offset)
        if known is not None:
            return known
        for position, header in self.batches_from(self.index.lookup(offset)):
            if header.last_offset >= offset:
                self.remember(offset, position)
                return position
        return self.size

    def remember(self, offset: int, position: int) -> None:
        """A reader that ended here goes on from here: it need not search."""
        if len(self._positions) >= _POSITIONS_KEPT:
            del self._positions[next(iter(self._positions))]
        self._positions[offset] = position

    def next_offset(self) -> int:
        """One more than the last offset in the segment; found by scanning behind the last index entry."""
        last = self.base_offset
        for _, header in self.batches_from(self.index.position_at_or_below(self.size)):
            last = header.last_offset + 1
        return last
