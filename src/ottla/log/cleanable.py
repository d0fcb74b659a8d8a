"""Which part of a compacted log may be compacted now, and which log needs it most (`LogCleanerManager`)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ottla.log.config import FOREVER
from ottla.log.partition_log import PartitionLog
from ottla.log.segment import Segment
from ottla.model.ids import Offset
from ottla.model.now import Now


class Cleanable(NamedTuple):
    """One log and what is dirty in it.

    Records below `first_dirty_offset` are compacted already; those from `first_uncleanable_offset` on are
    too young, not decided, or in the active segment.
    """

    log: PartitionLog
    first_dirty_offset: int
    first_uncleanable_offset: int
    clean_bytes: int
    cleanable_bytes: int
    must_clean: bool
    """Some record waits longer than `max.compaction.lag.ms` allows."""
    checkpoint_invalid: bool
    """The checkpointed offset lies outside the log: it is to be replaced by `first_dirty_offset`."""

    @property
    def ratio(self) -> float:
        total = self.clean_bytes + self.cleanable_bytes
        return self.cleanable_bytes / total if total else 0.0

    @property
    def is_due(self) -> bool:
        if self.must_clean and self.cleanable_bytes > 0:
            return True
        return self.ratio > self.log.config.min_cleanable_dirty_ratio


def cleanable(log: PartitionLog, checkpoint: int | None, high_watermark: Offset, now: Now) -> Cleanable:
    """What is dirty in `log`, of which everything below `checkpoint` is compacted."""
    start = log.log_start_offset if checkpoint is None else checkpoint
    invalid = not log.log_start_offset <= start <= log.log_end_offset
    first_dirty = log.log_start_offset if invalid else start
    bound = min(
        log.last_stable_offset(high_watermark),
        log.segments.active.base_offset,
        _first_young(log, first_dirty, now.wall_ms),
    )
    first_uncleanable = _segment_behind(log, max(first_dirty, bound)).base_offset
    dirty = log.segments.between(min(first_dirty, first_uncleanable), first_uncleanable)
    clean = log.segments.between(-1, first_dirty) if first_dirty > log.segments.first.base_offset else []
    return Cleanable(
        log,
        first_dirty,
        first_uncleanable,
        clean_bytes=sum(segment.size for segment in clean),
        cleanable_bytes=sum(segment.size for segment in dirty),
        must_clean=_waited_too_long(log, first_dirty, now.wall_ms),
        checkpoint_invalid=invalid,
    )


def filthiest(candidates: Iterable[Cleanable]) -> Cleanable | None:
    """The log that is due and has the largest dirty part."""
    return max((one for one in candidates if one.is_due), key=lambda one: one.ratio, default=None)


def _inactive_from(log: PartitionLog, offset: int) -> Iterator[Segment]:
    """The segments from the one that holds `offset` on, without the active one."""
    active = log.segments.active
    return (segment for segment in log.segments.between(offset, active.base_offset) if segment is not active)


def _segment_behind(log: PartitionLog, offset: int) -> Segment:
    """The first segment that can't be cleaned wholly when everything from `offset` on can't."""
    return next(_inactive_from(log, offset), log.segments.active)


def _first_young(log: PartitionLog, first_dirty: int, now_ms: int) -> int:
    lag = log.config.min_compaction_lag_ms
    if lag <= 0:
        return FOREVER
    for segment in _inactive_from(log, first_dirty):
        if segment.largest_timestamp > now_ms - lag:
            return segment.base_offset
    return FOREVER


def _waited_too_long(log: PartitionLog, first_dirty: int, now_ms: int) -> bool:
    oldest = min(
        (s.first_timestamp for s in _inactive_from(log, first_dirty) if s.first_timestamp > 0), default=None
    )
    return oldest is not None and oldest < now_ms - max(log.config.max_compaction_lag_ms, 0)
