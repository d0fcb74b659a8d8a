"""One log directory: the partitions in it, and its checkpoint files (`LogManager`).

At the start every partition's log is opened, after a crash recovered; a running node writes checkpoints of
what is flushed, where logs begin and what is committed; a clean stop leaves its mark last.
"""

import logging
from collections.abc import Callable, Generator
from functools import partial

from ottla.log.checkpoints import (
    CLEANED_OFFSETS,
    HIGH_WATERMARKS,
    LOG_STARTS,
    PARTITION_METADATA,
    RECOVERY_POINTS,
    partition_metadata,
    read_offsets,
    read_partition_metadata,
    take_clean_shutdown,
    write_clean_shutdown,
    write_offsets,
)
from ottla.log.config import LogConfig
from ottla.log.folder_names import DELETE, parse_folder_name
from ottla.log.loading import LoadFact, RecoveringSegment, TruncatedSegment, open_log
from ottla.log.partition_log import PartitionLog
from ottla.log.producer_log import PRODUCER_EXPIRATION_MS
from ottla.model.ids import Offset, TopicPartition
from ottla.model.now import Now
from ottla.model.ports import Disk, Entropy
from ottla.model.topics import METADATA_TOPIC
from ottla.model.uuid import Uuid

_log = logging.getLogger("kafka.log.LogManager")


class LogDirectory:
    """The partitions that live below one path."""

    def __init__(
        self,
        disk: Disk,
        entropy: Entropy,
        path: str,
        directory_id: Uuid,
        config_of: Callable[[str], LogConfig],
    ) -> None:
        self._disk, self._entropy = disk, entropy
        self.path, self.directory_id = path, directory_id
        self._producer_expiration_ms = PRODUCER_EXPIRATION_MS
        self._config_of = config_of
        self._logs: dict[TopicPartition, PartitionLog] = {}
        self._topic_ids: dict[TopicPartition, Uuid | None] = {}
        self._high_watermarks: dict[TopicPartition, int] = {}
        self._cleaned_offsets: dict[TopicPartition, int] = {}
        self._written: dict[str, dict[TopicPartition, int]] = {}
        self.offline = False
        """A disk operation failed: nothing in here is used any more."""
        self.previous_broker_epoch: int | None = None
        """The broker's epoch at the last stop, if that was a clean one."""

    def __contains__(self, name: object) -> bool:
        return name in self._logs

    def __len__(self) -> int:
        return len(self._logs)

    def load(self, now: Now) -> Generator[None, None, None]:
        """Open all logs, in steps short enough for the loop. Raises CheckpointDamaged, OSError."""
        clean, self.previous_broker_epoch = take_clean_shutdown(self._disk, self.path)
        recovery_points = read_offsets(self._disk, f"{self.path}/{RECOVERY_POINTS}")
        starts = read_offsets(self._disk, f"{self.path}/{LOG_STARTS}")
        self._cleaned_offsets = read_offsets(self._disk, f"{self.path}/{CLEANED_OFFSETS}")
        self._high_watermarks = read_offsets(self._disk, f"{self.path}/{HIGH_WATERMARKS}")
        for name in self._partition_folders():
            folder = f"{self.path}/{name}"
            loading = open_log(
                self._disk,
                folder,
                name,
                self._config_of(name.topic),
                entropy=self._entropy,
                now=now,
                clean=clean,
                log_start_offset=starts.get(name, 0),
                recovery_point=recovery_points.get(name),
                producer_expiration_ms=self._producer_expiration_ms,
            )
            self._logs[name] = yield from _reported(name, loading)
            self._topic_ids[name] = read_partition_metadata(self._disk, folder)

    def create(self, name: TopicPartition, topic_id: bytes, now: Now) -> PartitionLog:
        """A new, empty partition."""
        folder = f"{self.path}/{name}"
        log = PartitionLog.create(
            self._disk,
            folder,
            name,
            self._config_of(name.topic),
            entropy=self._entropy,
            now=now,
            producer_expiration_ms=self._producer_expiration_ms,
        )
        content = partition_metadata(topic_id)
        self._disk.replace_later(f"{folder}/{PARTITION_METADATA}", content, partial(self._noted, log))
        self._logs[name], self._topic_ids[name] = log, Uuid(topic_id)
        return log

    def _noted(self, log: PartitionLog, error: OSError | None) -> None:
        """The topic's id is written; or the log was deleted before it was, or the disk has failed."""
        if error is not None and self._logs.get(log.partition) is log:
            log.fail(error)

    def take(self, name: TopicPartition) -> tuple[PartitionLog, Offset]:
        """A partition that was here at the start, and its high watermark then."""
        log = self._logs[name]
        high_watermark = min(self._high_watermarks.get(name, 0), log.log_end_offset)
        return log, Offset(max(high_watermark, log.log_start_offset))

    def topic_id(self, name: TopicPartition) -> Uuid | None:
        """Whose partition it is; None if that was never noted."""
        return self._topic_ids[name]

    def sizes(self) -> dict[TopicPartition, int]:
        """Bytes of each partition's segments."""
        return {name: self._logs[name].size for name in self.names()}

    def usage(self) -> tuple[int, int]:
        """Total and usable bytes of the volume."""
        return self._disk.usage(self.path)

    def names(self) -> list[TopicPartition]:
        return sorted(self._logs)

    def delete(self, name: TopicPartition, now: Now) -> None:
        """Rename the folder away at once; its bytes go in the background."""
        log = self._logs.pop(name)
        self._topic_ids.pop(name)
        self._high_watermarks.pop(name, None)
        self._cleaned_offsets.pop(name, None)
        doomed = log.rename_for_deletion(now)
        _log.info("Log for partition %s is renamed to %s and is scheduled for deletion", name, doomed)
        self._disk.remove_later([doomed])

    def cleaned_offset(self, name: TopicPartition) -> int | None:
        """Up to where the partition is compacted, as the checkpoint says."""
        return self._cleaned_offsets.get(name)

    def note_cleaned(self, name: TopicPartition, offset: int) -> None:
        self._cleaned_offsets[name] = offset
        self._write(CLEANED_OFFSETS, dict(self._cleaned_offsets))

    def keep_producers(self, expiration_ms: int) -> None:
        """How long producers may be silent before they are forgotten (`producer.id.expiration.ms`)."""
        self._producer_expiration_ms = expiration_ms
        for log in self._logs.values():
            log.keep_producers(expiration_ms)

    def checkpoint_high_watermarks(self, offsets: dict[TopicPartition, int]) -> None:
        """Write how far partitions are committed, if that changed."""
        if self.offline:
            return
        mine = {name: offset for name, offset in offsets.items() if name in self._logs}
        self._write(HIGH_WATERMARKS, mine)

    def checkpoint_logs(self) -> None:
        """Write up to where logs are flushed and where they begin, if that changed."""
        if self.offline:
            return
        self._write(RECOVERY_POINTS, {name: log.recovery_point for name, log in self._logs.items()})
        starts = {
            name: int(log.log_start_offset)
            for name, log in self._logs.items()
            if log.log_start_offset > log.segments.first.base_offset
        }
        self._write(LOG_STARTS, starts)

    def close(self, broker_epoch: int, now: Now) -> None:
        """Close all logs and leave the mark of a clean stop, unless the disk has failed."""
        if self.offline:
            return
        for log in self._logs.values():
            log.close(now)
        self.checkpoint_logs()
        write_clean_shutdown(self._disk, self.path, broker_epoch)

    def _write(self, file: str, offsets: dict[TopicPartition, int]) -> None:
        if self._written.get(file) == offsets:
            return
        try:
            write_offsets(self._disk, f"{self.path}/{file}", offsets)
        except OSError as error:
            self._failed(error)
        else:
            self._written[file] = offsets

    def _failed(self, error: OSError) -> None:
        """A file of the directory's own could not be written: its logs say so, and go offline with it."""
        if not self._logs:
            raise error
        next(iter(self._logs.values())).fail(error)

    def _partition_folders(self) -> list[TopicPartition]:
        """The partitions by their folders; what waits for its deletion goes on going."""
        found = []
        for name in self._disk.list(self.path):
            parsed = parse_folder_name(name)
            if parsed is None or parsed.partition.topic == METADATA_TOPIC:
                continue
            if parsed.suffix == DELETE:
                self._disk.remove_later([f"{self.path}/{name}"])
            elif not parsed.suffix and self._disk.is_dir(f"{self.path}/{name}"):
                found.append(parsed.partition)
        return found


def _reported(
    name: TopicPartition, loading: Generator[LoadFact | None, None, PartitionLog]
) -> Generator[None, None, PartitionLog]:
    """Tell what the opening of a log finds, in Kafka's words."""
    while True:
        try:
            fact = next(loading)
        except StopIteration as done:
            log: PartitionLog = done.value
            return log
        match fact:
            case RecoveringSegment(base_offset, remaining):
                _log.info(
                    "[LogLoader partition=%s] Recovering unflushed segment %d. %d remaining.",
                    name,
                    base_offset,
                    remaining,
                )
            case TruncatedSegment(base_offset, lost_bytes, _):
                _log.warning(
                    "[LogLoader partition=%s] Corruption found in segment %d, %d bytes are cut off",
                    name,
                    base_offset,
                    lost_bytes,
                )
            case _:
                pass
        yield
