"""Which offset had been reached at a time: the largest timestamp up to there (`TimeIndex`).

The file has entries of 12 bytes: timestamp as big-endian int64 and offset less the segment's base offset
as int32, both ascending. It is searched on disk, since it is asked rarely; new entries stay in memory
until `write`, as in the offset index.
"""

from bisect import bisect_left, bisect_right
from struct import Struct
from typing import NamedTuple

from ottla.model.ports import File
from ottla.records.batch import NO_TIMESTAMP

_ENTRY = Struct(">qI")
ENTRY_SIZE = _ENTRY.size


class TimestampOffset(NamedTuple):
    """The largest timestamp so far, and the last offset of the batch that has it."""

    timestamp: int
    offset: int


class TimeIndex:
    """Ascending in timestamps and in offsets."""

    __slots__ = ("_last", "_new", "_written", "base_offset", "file", "max_entries")

    def __init__(self, file: File, base_offset: int, max_bytes: int, *, empty: bool = False) -> None:
        self.file, self.base_offset, self.max_entries = file, base_offset, max_bytes // ENTRY_SIZE
        self._new: list[TimestampOffset] = []
        self._written: int | None = 0 if empty else None
        self._last: TimestampOffset | None = TimestampOffset(NO_TIMESTAMP, base_offset) if empty else None

    def __len__(self) -> int:
        return self._in_file() + len(self._new)

    @property
    def is_full(self) -> bool:
        """One place is kept for the entry that a roll adds."""
        return len(self) >= self.max_entries - 1

    @property
    def last(self) -> TimestampOffset:
        """The last entry; no timestamp and the base offset if there is none."""
        if self._last is None:
            count = len(self)
            self._last = self[count - 1] if count else TimestampOffset(NO_TIMESTAMP, self.base_offset)
        return self._last

    def __getitem__(self, slot: int) -> TimestampOffset:
        written = self._in_file()
        if slot >= written:
            return self._new[slot - written]
        timestamp, relative = _ENTRY.unpack(self.file.read(ENTRY_SIZE * slot, ENTRY_SIZE))
        return TimestampOffset(timestamp, self.base_offset + relative)

    def append(self, timestamp: int, offset: int) -> None:
        """Add an entry unless the last one says as much."""
        if timestamp > self.last.timestamp:
            assert offset >= self.last.offset or not len(self), "index entries ascend"
            self._last = TimestampOffset(timestamp, offset)
            self._new.append(self._last)

    def lookup(self, timestamp: int) -> TimestampOffset:
        """The last entry that is not above `timestamp`."""
        slot = bisect_right(range(len(self)), timestamp, key=lambda slot: self[slot].timestamp)
        return self[slot - 1] if slot else TimestampOffset(NO_TIMESTAMP, self.base_offset)

    def truncate_to(self, offset: int) -> None:
        """Keep the entries below `offset`."""
        kept = bisect_left(range(len(self)), offset, key=lambda slot: self[slot].offset)
        written = self._in_file()
        del self._new[max(kept - written, 0) :]
        self._written, self._last = min(written, kept), None

    def clear(self) -> None:
        self._new, self._written, self._last = [], 0, None

    def write(self) -> None:
        """Bring the file up to date and to its exact size."""
        written = self._in_file()
        if self._new:
            base = self.base_offset
            entries = b"".join([_ENTRY.pack(timestamp, offset - base) for timestamp, offset in self._new])
            self.file.write(ENTRY_SIZE * written, entries)
            written = self._written = written + len(self._new)
            self._new = []
        if self.file.size() != ENTRY_SIZE * written:
            self.file.truncate(ENTRY_SIZE * written)

    def _in_file(self) -> int:
        """How many entries the file holds, without the zeroed ones of a segment that was live at a kill."""
        if self._written is None:
            slots = range(self.file.size() // ENTRY_SIZE)
            self._written = bisect_left(slots, True, key=self._is_unused)
        return self._written

    def _is_unused(self, slot: int) -> bool:
        return not any(self.file.read(ENTRY_SIZE * slot, ENTRY_SIZE))
