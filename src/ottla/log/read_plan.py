"""Which bytes of which file answer a read (`LocalLog.read`, `LogSegment.read`).

A plan reads headers at most, never records. It ends at an index entry where it can't end at the end of
the log, so that the next read of a sequential reader begins where a batch is known to begin.
"""

from typing import NamedTuple

from ottla.log.segment import Segment
from ottla.log.segments import Segments
from ottla.model.ids import Offset
from ottla.model.ports import File


class OffsetOutOfRange(Exception):
    """The offset lies before the log's start or behind its end."""


class Slice(NamedTuple):
    """Bytes to read: whole batches from `first_offset` on, up to and without `next_offset`."""

    segment: Segment
    position: int
    length: int
    first_offset: Offset
    next_offset: Offset

    @property
    def file(self) -> File:
        return self.segment.file


def plan_read(
    segments: Segments, start: int, max_bytes: int, end: int, log_end: int, min_one_message: bool
) -> Slice:
    """Batches from the one that holds `start`, below `end`; length 0 when nothing fits.

    With `min_one_message` the first batch is given even if it has more than `max_bytes`.
    """
    segment: Segment | None = segments.floor(start) or segments.first
    if start < end:
        while segment is not None:
            position = segment.position_of(start)
            following = segments.higher(segment.base_offset)
            if position < segment.size:
                limit = _limit(segment, following, end, log_end)
                if position >= limit:
                    break
                return _cut(segment, position, start, limit, end, following, max_bytes, min_one_message)
            segment = following
    segment = segment or segments.active
    return Slice(segment, segment.size, 0, Offset(start), Offset(start))


def _limit(segment: Segment, following: Segment | None, end: int, log_end: int) -> int:
    """The position in `segment` where `end` lies."""
    if end >= log_end or (following is not None and end >= following.base_offset):
        return segment.size
    return segment.position_of(end)


def _cut(
    segment: Segment,
    position: int,
    start: int,
    limit: int,
    end: int,
    following: Segment | None,
    max_bytes: int,
    min_one_message: bool,
) -> Slice:
    if limit - position <= max_bytes:
        bound = end if following is None else min(end, following.base_offset)
        segment.remember(bound, limit)
        return Slice(segment, position, limit - position, Offset(start), Offset(bound))
    cut = segment.index.position_at_or_below(position + max_bytes)
    if cut > position:
        return _cut_at(segment, position, start, cut)
    return _cut_between_entries(segment, position, start, max_bytes, min_one_message)


def _cut_at(segment: Segment, position: int, start: int, cut: int) -> Slice:
    behind = segment.batch_at(cut)
    assert behind is not None, "an index entry points to a batch"
    next_offset = behind.header.base_offset
    segment.remember(next_offset, cut)
    return Slice(segment, position, cut - position, Offset(start), Offset(next_offset))


def _cut_between_entries(
    segment: Segment, position: int, start: int, max_bytes: int, min_one_message: bool
) -> Slice:
    """Few bytes or large batches: count batch by batch what fits."""
    length, next_offset = 0, start
    for at, header in segment.batches_from(position):
        if at + header.size > position + max_bytes and (length or not min_one_message):
            break
        length, next_offset = at + header.size - position, header.last_offset + 1
    if length:
        segment.remember(next_offset, position + length)
    return Slice(segment, position, length, Offset(start), Offset(next_offset))
