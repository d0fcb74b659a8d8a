"""The segments of a log in order of their base offsets (`LogSegments`)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from ottla.log.segment import Segment
from ottla.log.transaction_index import AbortedTransaction


class Segments:
    """Never empty once a log is open: the last one is active."""

    __slots__ = ("_bases", "_by_base", "active")
    active: Segment

    def __init__(self) -> None:
        self._bases: list[int] = []
        self._by_base: dict[int, Segment] = {}

    def __len__(self) -> int:
        return len(self._bases)

    def __iter__(self) -> Iterator[Segment]:
        return iter([self._by_base[base] for base in self._bases])

    def __contains__(self, segment: Segment) -> bool:
        return self._by_base.get(segment.base_offset) is segment

    def add(self, segment: Segment) -> None:
        """Add it, in place of the one with the same base offset if there is one."""
        if segment.base_offset not in self._by_base:
            insort(self._bases, segment.base_offset)
        self._by_base[segment.base_offset] = segment
        self.active = self._by_base[self._bases[-1]]

    def remove(self, segment: Segment) -> None:
        if self._by_base.get(segment.base_offset) is segment:
            del self._by_base[segment.base_offset]
            del self._bases[bisect_left(self._bases, segment.base_offset)]
            if self._bases:
                self.active = self._by_base[self._bases[-1]]

    @property
    def base_offsets(self) -> list[int]:
        return list(self._bases)

    @property
    def first(self) -> Segment:
        return self._by_base[self._bases[0]]

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self._by_base.values())

    def aborted_transactions(self, start: int, end: int) -> list[AbortedTransaction]:
        """Those with offsets from `start` up to `end`; their markers may lie far behind."""
        found: list[AbortedTransaction] = []
        segment = self.floor(start)
        while segment is not None:
            aborted, complete = segment.transactions.collect(start, end)
            found += aborted
            segment = None if complete else self.higher(segment.base_offset)
        return found

    def floor(self, offset: int) -> Segment | None:
        """The last segment that begins at or before `offset`."""
        slot = bisect_right(self._bases, offset)
        return self._by_base[self._bases[slot - 1]] if slot else None

    def higher(self, offset: int) -> Segment | None:
        """The first segment that begins behind `offset`."""
        slot = bisect_right(self._bases, offset)
        return self._by_base[self._bases[slot]] if slot < len(self._bases) else None

    def between(self, start: int, end: int) -> list[Segment]:
        """From the segment that holds `start` to the one that holds `end` - 1."""
        first = max(bisect_right(self._bases, start) - 1, 0)
        return [self._by_base[base] for base in self._bases[first : bisect_left(self._bases, end)]]
