"""The cleaner of a broker: again and again it compacts the log that needs it most (`LogCleaner`)."""

import asyncio
import logging
from collections.abc import Iterator, Sequence

from ottla.log.cleanable import Cleanable, cleanable, filthiest
from ottla.log.cleaner import Cleaned, CleaningAborted, clean
from ottla.log.offset_map import OffsetMap
from ottla.model.ports import Disk, File
from ottla.records.invalid_record import CorruptBatch, InvalidRecord
from ottla.runtime.loop.clock import Clock
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.partitions import Partitions

_log = logging.getLogger("kafka.log.LogCleaner")
_SLICE_MS = 10


class Cleaner:
    """One round at a time, in slices that leave the loop free; its syncs are awaited from a worker."""

    def __init__(
        self,
        partitions: Partitions,
        directories: LogDirectories,
        disk: Disk,
        clock: Clock,
        *,
        backoff_ms: int,
        buffer_bytes: int,
    ) -> None:
        self._partitions, self._directories, self._disk, self._clock = partitions, directories, disk, clock
        self.backoff_ms, self.buffer_bytes = backoff_ms, buffer_bytes
        self._given_up: set[str] = set()

    async def run(self) -> None:
        """Clean while something is due, then wait `log.cleaner.backoff.ms`."""
        while True:
            found = filthiest(self._candidates())
            if found is None or not await self._clean(found):
                await asyncio.sleep(self.backoff_ms / 1000)

    def _candidates(self) -> Iterator[Cleanable]:
        now = self._clock.now()
        for partition in self._partitions:
            log = partition.log
            if log.config.compacts and log.directory not in self._given_up and len(log.segments) > 1:
                checkpoint = self._directories.cleaned_offset(partition.name)
                # What is not on the medium yet must not supersede what is: a power cut would take both.
                durable = min(partition.high_watermark, log.recovery_point)
                yield cleanable(log, checkpoint, durable, now)

    async def _clean(self, found: Cleanable) -> bool:
        """One round; whether it ended well."""
        log = found.log
        try:
            cleaned = await self._drive(found)
        except CleaningAborted:
            return False
        except (CorruptBatch, InvalidRecord, OSError) as error:
            _log.warning(
                "Unexpected exception while cleaning %s: %s. Marking its partition as uncleanable",
                log.partition,
                error,
            )
            self._given_up.add(log.directory)
            return False
        self._directories.note_cleaned(log.partition, cleaned.end_offset)
        _log.info(
            "Log cleaner cleaned log %s (dirty section = [%d, %d]): %d bytes became %d, %d records %d",
            log.partition,
            cleaned.start_offset,
            cleaned.end_offset,
            cleaned.bytes_read,
            cleaned.bytes_written,
            cleaned.records_read,
            cleaned.records_written,
        )
        return True

    async def _drive(self, found: Cleanable) -> Cleaned:
        steps = clean(found, OffsetMap(self.buffer_bytes), self._clock.now())
        began_ms = self._clock.mono_ms()
        while True:
            try:
                files = next(steps)
            except StopIteration as done:
                result: Cleaned = done.value
                return result
            if files is not None:
                await self._synced(files)
            elif self._clock.mono_ms() - began_ms >= _SLICE_MS:
                await asyncio.sleep(0)
                began_ms = self._clock.mono_ms()

    async def _synced(self, files: Sequence[File]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def tell(error: OSError | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        self._disk.sync_later(files, tell)
        await done
