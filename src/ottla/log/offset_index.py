"""Where in a segment an offset lies: one entry for about every 4 KiB of log (`OffsetIndex`).

The file has entries of 8 bytes: last offset of a batch less the segment's base offset, and the position
of the batch, both as big-endian int32. New entries stay in memory until `write`: should they be lost, the
segment lies above the recovery point and they are rebuilt from the log. The index of an old segment is
read when it is first needed.
"""

import sys
from array import array
from bisect import bisect_left, bisect_right

from ottla.model.ports import File

ENTRY_SIZE = 8


class OffsetIndex:
    """Ascending in offsets and in positions."""

    __slots__ = ("_offsets", "_positions", "_written", "base_offset", "file", "max_entries")

    def __init__(self, file: File, base_offset: int, max_bytes: int, *, empty: bool = False) -> None:
        self.file, self.base_offset, self.max_entries = file, base_offset, max_bytes // ENTRY_SIZE
        self._offsets: array[int] | None = array("I") if empty else None
        self._positions = array("I")
        self._written = 0

    def __len__(self) -> int:
        return len(self._loaded())

    @property
    def is_full(self) -> bool:
        return len(self._loaded()) >= self.max_entries

    @property
    def entries(self) -> list[tuple[int, int]]:
        """Offset and position of each entry."""
        relative = self._loaded()
        return [(self.base_offset + r, p) for r, p in zip(relative, self._positions, strict=True)]

    def append(self, offset: int, position: int) -> None:
        offsets = self._loaded()
        relative = offset - self.base_offset
        assert not offsets or relative > offsets[-1], "index entries ascend"
        offsets.append(relative)
        self._positions.append(position)

    def lookup(self, offset: int) -> int:
        """Position of a batch at or before the one that holds `offset`."""
        offsets, relative = self._loaded(), offset - self.base_offset
        slot = bisect_right(offsets, relative) if relative >= 0 else 0
        return self._positions[slot - 1] if slot else 0

    def position_at_or_below(self, position: int) -> int:
        """The last batch position of the index that is not above `position`; 0 if there is none."""
        self._loaded()
        slot = bisect_right(self._positions, position)
        return self._positions[slot - 1] if slot else 0

    def truncate_to(self, offset: int) -> None:
        """Keep the entries below `offset`."""
        offsets = self._loaded()
        kept = bisect_left(offsets, max(offset - self.base_offset, 0))
        del offsets[kept:], self._positions[kept:]
        self._written = min(self._written, kept)

    def clear(self) -> None:
        self._offsets, self._positions, self._written = array("I"), array("I"), 0

    def write(self) -> None:
        """Bring the file up to date and to its exact size."""
        offsets = self._loaded()
        if self._written < len(offsets):
            entries = array("I", bytes(ENTRY_SIZE * (len(offsets) - self._written)))
            entries[0::2], entries[1::2] = offsets[self._written :], self._positions[self._written :]
            self.file.write(ENTRY_SIZE * self._written, _big_endian(entries).tobytes())
            self._written = len(offsets)
        if self.file.size() != ENTRY_SIZE * len(offsets):
            self.file.truncate(ENTRY_SIZE * len(offsets))

    def release(self) -> None:
        """Give the memory back; the file is read again when it is needed."""
        if self._offsets is not None and self._written == len(self._offsets):
            self._offsets, self._positions = None, array("I")

    def _loaded(self) -> "array[int]":
        if self._offsets is None:
            # The index of a segment that was live when its node was killed ends in unused, zeroed entries.
            data = self.file.read(0, self.file.size()).rstrip(b"\0")
            entries = array("I", data.ljust(-(-len(data) // ENTRY_SIZE) * ENTRY_SIZE, b"\0"))
            _big_endian(entries)
            self._offsets, self._positions = entries[0::2], entries[1::2]
            self._written = len(self._offsets)
        return self._offsets


def _big_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
