"""When to take a snapshot of the metadata, and which old ones, with the log below them, may go (KIP-630)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ottla.raft.positions import EpochAndOffset

RETENTION_CHECK_MS = 60_000
"""How often Kafka looks whether something may go."""


@dataclass(slots=True)
class SnapshotSchedule:
    """Counts what was applied since the last snapshot; the loader of each node has one.

    `bytes_max` is `metadata.log.max.record.bytes.between.snapshots`, `interval_max_ms` is
    `metadata.log.max.snapshot.interval.ms` (0: no limit).
    """

    bytes_max: int
    interval_max_ms: int
    last_mono_ms: int
    _bytes: int = 0

    def applied(self, size: int, mono_ms: int) -> str | None:
        """Note committed batches of `size` bytes; returns why it is time for a snapshot, or None."""
        self._bytes += size
        if self._bytes >= self.bytes_max:
            return f"we have replayed at least {self.bytes_max} bytes"
        if self.interval_max_ms and mono_ms - self.last_mono_ms >= self.interval_max_ms:
            return f"we have waited at least {self.interval_max_ms // 60_000} minute(s)"
        return None

    def restart(self, mono_ms: int) -> None:
        """A snapshot is being taken, or was loaded."""
        self._bytes, self.last_mono_ms = 0, mono_ms


class SnapshotRetention(NamedTuple):
    """`metadata.max.retention.bytes` and `.ms`; a negative one means no limit."""

    bytes_max: int
    ms_max: int

    def new_start(
        self,
        sizes: Mapping[EpochAndOffset, int],
        oldest_timestamp_ms: int,
        log_size: int,
        now_ms: int,
    ) -> EpochAndOffset | None:
        """The snapshot that the log may begin with from now on, if the oldest one may go; else None.

        Ask again afterwards: the sizes are others then. One snapshot always stays. `oldest_timestamp_ms` is
        the time of the last record in the oldest snapshot, as its header says.
        """
        snapshots = sorted(sizes)
        if len(snapshots) < 2:
            return None
        is_large = 0 <= self.bytes_max < log_size + sum(sizes.values())
        is_old = 0 <= self.ms_max < now_ms - oldest_timestamp_ms
        return snapshots[1] if is_large or is_old else None
