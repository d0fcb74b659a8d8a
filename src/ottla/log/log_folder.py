"""The folder of one log: its files come into being here, and go.

A segment goes in two steps, as Kafka's do: its `.log` is renamed to `.deleted`, which lasts, and the
bytes follow after `file.delete.delay.ms`, so that a read that was planned before can still be carried out.
"""

from ottla.log.config import LogConfig
from ottla.log.folder_names import DELETE, marked_folder_name
from ottla.log.segment import Segment
from ottla.log.segment_files import SEGMENT_SUFFIXES, file_name
from ottla.model.ids import TopicPartition
from ottla.model.now import Now
from ottla.model.ports import Disk, Entropy


class LogFolder:
    """Mutable only in what waits for its removal."""

    def __init__(self, disk: Disk, path: str, entropy: Entropy) -> None:
        self.disk, self.path = disk, path
        self._entropy = entropy
        self._doomed: list[tuple[int, str]] = []

    def file(self, offset: int, kind: str) -> str:
        return f"{self.path}/{file_name(offset, kind)}"

    def new_segment(self, base_offset: int, config: LogConfig, now: Now, suffix: str = "") -> Segment:
        """An empty segment. Files of that name that are left from before go first."""
        for kind in SEGMENT_SUFFIXES:
            self.disk.remove(self.file(base_offset, kind) + suffix)
        return Segment(
            self.disk,
            self.path,
            base_offset,
            config,
            now_ms=now.wall_ms,
            jitter_ms=self._jitter(config),
            suffix=suffix,
            new=True,
        )

    def existing_segment(self, base_offset: int, config: LogConfig, now: Now) -> Segment:
        """The segment whose files are here."""
        return Segment(
            self.disk, self.path, base_offset, config, now_ms=now.wall_ms, jitter_ms=self._jitter(config)
        )

    def discard(self, segment: Segment, config: LogConfig, now: Now) -> None:
        """Take the segment out of the log for good; it can be read for a while."""
        segment.mark_deleted()
        self._doomed.append((now.mono_ms + config.file_delete_delay_ms, segment.file.path))

    def remove_discarded(self) -> None:
        """Remove the bytes of all discarded segments at once: while a log is opened nobody reads."""
        for _, path in self._doomed:
            self.disk.remove(path)
        self._doomed = []

    def remove_due(self, now: Now) -> None:
        """Remove the bytes whose delay is over."""
        due = [path for when, path in self._doomed if when <= now.mono_ms]
        if due:
            self._doomed = [entry for entry in self._doomed if entry[0] > now.mono_ms]
            self.disk.remove_later(due)

    def rename_for_deletion(self, partition: TopicPartition) -> None:
        """To a name that no start takes for a partition."""
        name = marked_folder_name(partition, self._entropy.uuid().hex(), DELETE)
        renamed = f"{self.path.rpartition('/')[0]}/{name}"
        self.disk.rename(self.path, renamed)
        self.path = renamed

    def _jitter(self, config: LogConfig) -> int:
        if config.segment_jitter_ms == 0:
            return 0
        return self._entropy.below(min(config.segment_jitter_ms, config.segment_ms))
