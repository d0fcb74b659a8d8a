"""Which segments may go: `cleanup.policy` delete, and whatever lies before the log's start (`UnifiedLog`)."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from ottla.log.config import LogConfig
from ottla.log.segment import Segment
from ottla.log.segments import Segments


class Reason(Enum):
    """Why segments are deleted."""

    LOG_START = "log start offset breach"
    RETENTION_BYTES = "log retention size breach"
    RETENTION_MS = "log retention time breach"


class Deletion(NamedTuple):
    """A fact for the log: segments that retention took, by their base offsets."""

    reason: Reason
    base_offsets: list[int]


Breached = Callable[[Segment, Segment | None], bool]
"""Whether a segment may go, given the one behind it."""


def oldest_while(segments: Segments, high_watermark: int, log_end: int, breached: Breached) -> list[Segment]:
    """The oldest segments as long as they breach the rule and are committed wholly.

    So the log's start never passes the high watermark. An empty active segment stays.
    """
    found: list[Segment] = []
    for segment in segments:
        following = segments.higher(segment.base_offset)
        end = log_end if following is None else following.base_offset
        if end > high_watermark or not breached(segment, following):
            break
        if following is None and segment.size == 0:
            break
        found.append(segment)
    return found


def before_start(log_start: int) -> Breached:
    """All records of the segment lie before the log's start."""
    return lambda segment, following: following is not None and following.base_offset <= log_start


def larger_than(retention_bytes: int, size: int) -> Breached:
    """The log is larger than it may be even without the segment. Remembers what it has let go."""
    excess = size - retention_bytes

    def breached(segment: Segment, following: Segment | None) -> bool:
        nonlocal excess
        if excess < segment.size:
            return False
        excess -= segment.size
        return True

    return breached


def older_than(retention_ms: int, now_ms: int) -> Breached:
    """The segment's latest record is too old."""
    return lambda segment, following: now_ms - segment.largest_timestamp > retention_ms


def rules(config: LogConfig, log_start: int, size: int, now_ms: int) -> list[tuple[Reason, Breached]]:
    """What applies to the log, in the order in which it is applied."""
    applied = [(Reason.LOG_START, before_start(log_start))]
    if config.deletes:
        if 0 <= config.retention_bytes <= size:
            applied.append((Reason.RETENTION_BYTES, larger_than(config.retention_bytes, size)))
        if config.retention_ms >= 0:
            applied.append((Reason.RETENTION_MS, older_than(config.retention_ms, now_ms)))
    return applied
