"""Takes snapshots of the metadata when it is time, and lets the log before them go (KIP-630)."""

import asyncio
import logging
from collections.abc import Callable

from ottla.metadata.image import MetadataImage
from ottla.metadata.snapshot import records_of
from ottla.raft.events import LogCleaned, SnapshotCreated
from ottla.raft.positions import EpochAndOffset
from ottla.raft.snapshot_policy import RETENTION_CHECK_MS, SnapshotRetention, SnapshotSchedule
from ottla.raft.snapshots import snapshot_content
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.loop.tasks import Tasks
from ottla.runtime.quorum.driver import QuorumDriver

_log = logging.getLogger("kafka.image.publisher.SnapshotGenerator")


class Snapshotting:
    """Told of each committed batch; writes one snapshot at a time, batch by batch between other work."""

    def __init__(
        self,
        driver: QuorumDriver,
        image: Callable[[], MetadataImage],
        schedule: SnapshotSchedule,
        retention: SnapshotRetention,
        clock: Clock,
        deadlines: Deadlines,
        tasks: Tasks,
    ) -> None:
        self._driver, self._image = driver, image
        self._schedule, self._retention = schedule, retention
        self._clock, self._deadlines, self._tasks = clock, deadlines, tasks
        self._taken_at: dict[EpochAndOffset, int] = {}
        self._writing = False

    def start(self) -> None:
        self._deadlines.after(RETENTION_CHECK_MS, self._clean)

    def applied(self, size: int) -> None:
        """Committed batches of `size` bytes were published."""
        if self._image().features.metadata_version is None:
            return  # no record of the cluster has come yet: what is no cluster has no snapshot
        reason = self._schedule.applied(size, self._clock.mono_ms())
        if reason is not None and not self._writing:
            self._writing = True
            self._schedule.restart(self._clock.mono_ms())
            self._tasks.start(self._take(reason))

    async def _take(self, reason: str) -> None:
        image = self._image()
        provenance = image.provenance
        snapshot = EpochAndOffset(provenance.epoch, provenance.offset + 1)
        files = self._driver.log.snapshots
        if snapshot not in files.found():
            _log.info("Creating new KRaft snapshot file %s because %s.", files.name(snapshot), reason)
            await self._write(snapshot, image)
        self._writing = False

    async def _write(self, snapshot: EpochAndOffset, image: MetadataImage) -> None:
        voters, files, size = self._driver.core.replica.voters, self._driver.log.snapshots, 0
        last = snapshot.offset - 1
        for batch in snapshot_content(
            snapshot,
            records_of(image),
            last_contained_log_timestamp_ms=image.provenance.timestamp_ms,
            now_ms=self._clock.now().wall_ms,
            kraft_version=voters.kraft_version_at(last),
            voters=voters.voters_at(last),
        ):
            files.write_chunk(snapshot, size, batch)
            size += len(batch)
            await asyncio.sleep(0)
        files.complete(snapshot)
        self._taken_at[snapshot] = image.provenance.timestamp_ms
        self._driver.step(SnapshotCreated(snapshot, size))

    def _clean(self) -> None:
        """Drop the oldest snapshot and the log before the next one while there is more than may be kept."""
        while (start := self._next_start()) is not None:
            self._driver.step(LogCleaned(start))
        self._deadlines.after(RETENTION_CHECK_MS, self._clean)

    def _next_start(self) -> EpochAndOffset | None:
        sizes = self._driver.core.replica.log.snapshot_sizes
        oldest = min(sizes, default=None)
        if oldest is None:
            return None
        timestamp_ms = self._taken_at.get(oldest, 0)
        return self._retention.new_start(
            sizes, timestamp_ms, self._driver.log.size, self._clock.now().wall_ms
        )
