"""What a broker does for its logs by itself: retention, compaction, flushing, checkpoints (`LogManager`)."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.loop.tasks import Tasks
from ottla.runtime.partitions.cleaning import Cleaner
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.partition import Partition
from ottla.runtime.partitions.partitions import Partitions

_log = logging.getLogger("kafka.log.UnifiedLog")
_SLICE_MS = 20
_NEVER_MS = 2**31


@dataclass(frozen=True, slots=True)
class UpkeepSchedule:
    """How often each duty is done, in ms, by the configuration key that says so."""

    retention_check_ms: int = 300_000
    """`log.retention.check.interval.ms`"""
    high_watermark_checkpoint_ms: int = 5_000
    """`replica.high.watermark.checkpoint.interval.ms`"""
    offset_checkpoint_ms: int = 60_000
    """`log.flush.offset.checkpoint.interval.ms`"""
    flush_check_ms: int = 2**63 - 1
    """`log.flush.scheduler.interval.ms`"""
    producer_expiration_check_ms: int = 600_000
    """`producer.id.expiration.check.interval.ms`"""


class Upkeep:
    """Duties of one broker. Those that walk all partitions do it in slices that leave the loop free."""

    def __init__(
        self,
        partitions: Partitions,
        directories: LogDirectories,
        cleaner: Cleaner | None,
        schedule: UpkeepSchedule,
        clock: Clock,
        deadlines: Deadlines,
        tasks: Tasks,
    ) -> None:
        self._partitions, self._directories, self._cleaner = partitions, directories, cleaner
        self._schedule, self._clock, self._deadlines, self._tasks = schedule, clock, deadlines, tasks

    def start(self) -> None:
        schedule = self._schedule
        self._every(schedule.high_watermark_checkpoint_ms, self.checkpoint_high_watermarks)
        self._every(schedule.offset_checkpoint_ms, self._directories.checkpoint_logs)
        self._walk_every(schedule.retention_check_ms, self._delete_expired)
        self._walk_every(schedule.producer_expiration_check_ms, self._expire_producers)
        self._walk_every(schedule.flush_check_ms, self._flush)
        if self._cleaner is not None:
            self._tasks.start(self._cleaner.run())

    def checkpoint_high_watermarks(self) -> None:
        self._directories.checkpoint_high_watermarks(self._partitions.high_watermarks())

    def _delete_expired(self, partition: Partition) -> None:
        log = partition.log
        for deletion in log.delete_expired(self._clock.now(), partition.high_watermark):
            _log.info(
                "[UnifiedLog partition=%s, dir=%s] Deleting segments due to %s: %s",
                partition.name,
                log.directory,
                deletion.reason.value,
                deletion.base_offsets,
            )

    def _expire_producers(self, partition: Partition) -> None:
        partition.log.remove_expired_producers(self._clock.now())

    def _flush(self, partition: Partition) -> None:
        partition.log.flush_if_due(self._clock.now())

    def _every(self, interval_ms: int, duty: Callable[[], None]) -> None:
        def run() -> None:
            duty()
            self._every(interval_ms, duty)

        self._deadlines.after(interval_ms, run)

    def _walk_every(self, interval_ms: int, duty: Callable[[Partition], None]) -> None:
        def begin() -> None:
            self._tasks.start(self._walk(duty))

        if interval_ms < _NEVER_MS:
            self._every(interval_ms, begin)

    async def _walk(self, duty: Callable[[Partition], None]) -> None:
        began_ms = self._clock.mono_ms()
        for partition in list(self._partitions):
            if self._partitions.find(*partition.name) is partition:
                duty(partition)
            if self._clock.mono_ms() - began_ms >= _SLICE_MS:
                await asyncio.sleep(0)
                began_ms = self._clock.mono_ms()
