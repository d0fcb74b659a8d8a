"""The log directories of a broker together: which holds which partition."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from ottla.log.partition_log import PartitionLog
from ottla.model.ids import Offset, TopicPartition
from ottla.model.now import Now
from ottla.model.uuid import Uuid
from ottla.runtime.loop.clock import Clock
from ottla.runtime.partitions.log_directory import LogDirectory

_log = logging.getLogger("kafka.log.LogManager")
_SLICE_MS = 20


class LogDirectories:
    """All `log.dirs`. A new partition goes where the fewest are."""

    def __init__(self, directories: Sequence[LogDirectory], clock: Clock) -> None:
        self._directories, self._clock = directories, clock

    async def load(self, keep: Callable[[TopicPartition, Uuid | None], bool]) -> None:
        """Open all logs, recovering where the last stop was none; delete those that `keep` does not know."""
        began_ms = self._clock.mono_ms()
        for directory in self._directories:
            paused_ms = self._clock.mono_ms()
            for _ in directory.load(self._clock.now()):
                if self._clock.mono_ms() - paused_ms >= _SLICE_MS:
                    await asyncio.sleep(0)
                    paused_ms = self._clock.mono_ms()
            for name in directory.names():
                if not keep(name, directory.topic_id(name)):
                    _log.warning("Found stray log dir for %s: it belongs to no topic any more", name)
                    directory.delete(name, self._clock.now())
        count = sum(map(len, self._directories))
        if count:
            _log.info("Loaded %d logs in %dms", count, self._clock.mono_ms() - began_ms)

    def open_log(self, name: TopicPartition, topic_id: bytes, now: Now) -> tuple[PartitionLog, Offset]:
        """The partition's log and its checkpointed high watermark; created where there is none."""
        for directory in self._directories:
            if name in directory:
                return directory.take(name)
        directory = min((each for each in self._directories if not each.offline), key=len)
        return directory.create(name, topic_id, now), Offset(0)

    def delete_log(self, name: TopicPartition, now: Now) -> None:
        for directory in self._directories:
            if name in directory:
                directory.delete(name, now)

    def directory_of(self, name: TopicPartition) -> LogDirectory | None:
        return next((each for each in self._directories if name in each), None)

    def cleaned_offset(self, name: TopicPartition) -> int | None:
        """Up to where the partition is compacted, as the checkpoint says."""
        return next((each.cleaned_offset(name) for each in self._directories if name in each), None)

    def note_cleaned(self, name: TopicPartition, offset: int) -> None:
        for directory in self._directories:
            if name in directory:
                directory.note_cleaned(name, offset)

    def all(self) -> Sequence[LogDirectory]:
        return self._directories

    def keep_producers(self, expiration_ms: int) -> None:
        for directory in self._directories:
            directory.keep_producers(expiration_ms)

    def checkpoint_high_watermarks(self, offsets: dict[TopicPartition, int]) -> None:
        for directory in self._directories:
            directory.checkpoint_high_watermarks(offsets)

    def checkpoint_logs(self) -> None:
        for directory in self._directories:
            directory.checkpoint_logs()

    def previous_broker_epoch(self) -> int:
        """The broker's epoch at the last clean stop; -1 when a directory was not closed cleanly."""
        epochs = {directory.previous_broker_epoch for directory in self._directories}
        return epochs.pop() or -1 if len(epochs) == 1 else -1

    def close(self, broker_epoch: int, now: Now) -> None:
        for directory in self._directories:
            directory.close(broker_epoch, now)
