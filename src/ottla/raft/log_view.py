"""What the core knows of its own copy of the metadata log: offsets, epochs and snapshots, never bytes."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ottla.raft.distinct import distinct
from ottla.raft.positions import EpochAndOffset


@dataclass(slots=True)
class LogView:
    """Start, end, where each epoch begins, and the snapshots beside the log.

    `end_offset` moves when the core decides to append; `synced_offset` follows when the disk has told that
    everything below it is on the medium. What a voter tells its peers comes from the latter.
    """

    start_offset: int
    end_offset: int
    synced_offset: int
    epoch_starts: list[tuple[int, int]] = field(default_factory=list)
    """(epoch, first offset), ascending in both: Kafka's leader-epoch-checkpoint."""
    snapshot_sizes: dict[EpochAndOffset, int] = field(default_factory=dict)
    """Bytes of every complete snapshot."""

    @classmethod
    def recovered(
        cls,
        start_offset: int,
        end_offset: int,
        epoch_starts: Iterable[tuple[int, int]],
        snapshot_sizes: Mapping[EpochAndOffset, int],
    ) -> "LogView":
        """A log as recovery found and synced it."""
        return cls(start_offset, end_offset, end_offset, list(epoch_starts), dict(snapshot_sizes))

    @property
    def end(self) -> EpochAndOffset:
        """Log end offset and the epoch of the last record: what elections compare."""
        return EpochAndOffset(self.last_epoch, self.end_offset)

    @property
    def last_epoch(self) -> int:
        """Epoch of the last record; of the snapshot if the log behind it is empty; 0 if there is nothing."""
        if self.epoch_starts:
            return self.epoch_starts[-1][0]
        latest = self.latest_snapshot
        return latest.epoch if latest is not None else 0

    @property
    def latest_snapshot(self) -> EpochAndOffset | None:
        return max(self.snapshot_sizes, default=None)

    @property
    def earliest_snapshot(self) -> EpochAndOffset | None:
        return min(self.snapshot_sizes, default=None)

    def append(self, epoch: int, base_offset: int, end_offset: int) -> None:
        """Records of `epoch` follow at the end of the log."""
        assert base_offset == self.end_offset, "the log has no gaps"
        assert end_offset > base_offset, "an append has records"
        assert epoch >= self.last_epoch, "epochs never fall along the log"
        if not self.epoch_starts or self.epoch_starts[-1][0] != epoch:
            self.epoch_starts.append((epoch, base_offset))
        self.end_offset = end_offset

    def truncate_to(self, offset: int) -> None:
        """Forget everything from `offset` on."""
        assert self.start_offset <= offset <= self.end_offset, "truncation stays within the log"
        self.epoch_starts = [entry for entry in self.epoch_starts if entry[1] < offset]
        self.end_offset = offset
        self.synced_offset = min(self.synced_offset, offset)

    def restart_at(self, snapshot: EpochAndOffset, size: int) -> None:
        """Forget the whole log and older snapshots.

        It goes on behind `snapshot`, which came from the leader.
        """
        self.snapshot_sizes = {known: n for known, n in self.snapshot_sizes.items() if known >= snapshot}
        self.snapshot_sizes[snapshot] = size
        self.epoch_starts = []
        self.start_offset = self.end_offset = self.synced_offset = snapshot.offset

    def delete_before(self, snapshot: EpochAndOffset) -> list[EpochAndOffset]:
        """Let the log begin behind `snapshot`; returns the older snapshots, which are forgotten."""
        assert snapshot in self.snapshot_sizes, "the log begins where a snapshot ends"
        self.start_offset = max(self.start_offset, snapshot.offset)
        self._drop_epochs_before(self.start_offset)
        older = sorted(known for known in self.snapshot_sizes if known < snapshot)
        for known in older:
            del self.snapshot_sizes[known]
        return older

    def end_of_epoch(self, epoch: int) -> EpochAndOffset:
        """The greatest epoch at or below `epoch` that this log has, and where it ends."""
        starts = self.epoch_starts
        if not starts or epoch > starts[-1][0]:
            return self.end
        if epoch == starts[-1][0]:
            end = EpochAndOffset(epoch, self.end_offset)
        else:
            index = bisect_right(starts, epoch, key=lambda entry: entry[0])
            floor = starts[index - 1][0] if index else epoch
            end = EpochAndOffset(floor, starts[index][1])
        earliest = self.earliest_snapshot
        # The log begins with this epoch's end: its true last epoch is the snapshot's.
        if earliest is not None and end.offset == earliest.offset and end.epoch == epoch:
            return earliest
        return end

    def _drop_epochs_before(self, offset: int) -> None:
        kept = [entry for entry in self.epoch_starts if entry[1] >= offset]
        covering = [entry for entry in self.epoch_starts if entry[1] < offset]
        if covering and offset < self.end_offset and (not kept or kept[0][1] > offset):
            kept.insert(0, (covering[-1][0], offset))
        self.epoch_starts = kept


@distinct
class Matches(NamedTuple):
    """The fetching replica's log is a prefix of ours."""


@distinct
class Diverges(NamedTuple):
    """The fetching replica must truncate to the end of this epoch."""

    end: EpochAndOffset


@distinct
class NeedsSnapshot(NamedTuple):
    """What the fetching replica asks for is gone from the log."""

    snapshot: EpochAndOffset


def compare_position(log: LogView, offset: int, epoch: int) -> Matches | Diverges | NeedsSnapshot:
    """How a log that ends at `offset`, its last record of `epoch`, stands to this one (KIP-595, KIP-630)."""
    latest, earliest = log.latest_snapshot, log.earliest_snapshot
    if offset == 0 and latest is not None and latest.offset > 0:
        # For an empty log a snapshot is always the shorter way.
        return NeedsSnapshot(latest)
    if offset == 0 and log.start_offset == 0:
        return Matches()
    if latest is not None and earliest is not None:
        before_start = offset < log.start_offset or (offset == log.start_offset and epoch != earliest.epoch)
        if before_start or epoch < earliest.epoch:
            return NeedsSnapshot(latest)
    end = log.end_of_epoch(epoch)
    if end.epoch != epoch or end.offset < offset:
        return Diverges(end)
    return Matches()
