"""Where each leader epoch begins: what replicas compare to find where their logs part (KIP-101, KIP-279).

Kept in `leader-epoch-checkpoint`: `0`, the number of entries, and a line «epoch offset» for each. A new
epoch is on disk before the recovery point passes its first record; cut entries follow later: loading cuts
them again.
"""

from bisect import bisect_right
from typing import NamedTuple

from ottla.log.checkpoint_file import CheckpointDamaged, checkpoint_lines, checkpoint_text
from ottla.model.ports import Disk

FILE_NAME = "leader-epoch-checkpoint"
UNDEFINED_EPOCH = -1
UNDEFINED_EPOCH_OFFSET = -1


class EpochStart(NamedTuple):
    """The first offset that was written, or was about to be, under `epoch`."""

    epoch: int
    start_offset: int


class LeaderEpochs:
    """Ascending in epochs and in offsets."""

    __slots__ = ("_disk", "_entries", "_observed", "latest", "path", "unsaved")

    def __init__(self, disk: Disk, path: str, entries: list[EpochStart] | None = None) -> None:
        self._disk, self.path = disk, path
        self._entries: list[EpochStart] = entries or []
        self._observed: list[EpochStart] = []
        self.unsaved = False
        """An epoch was assigned that the file does not have."""
        self.latest = self._entries[-1].epoch if self._entries else UNDEFINED_EPOCH

    @classmethod
    def load(cls, disk: Disk, path: str) -> "LeaderEpochs":
        """From its file; empty when there is none. Raises CheckpointDamaged."""
        entries: list[EpochStart] = []
        if disk.exists(path):
            for fields in checkpoint_lines(path, disk.read_all(path), 2):
                try:
                    entries.append(EpochStart(int(fields[0]), int(fields[1])))
                except ValueError:
                    raise CheckpointDamaged(path, " ".join(fields)) from None
        return cls(disk, path, sorted(entries))

    def entries(self) -> list[EpochStart]:
        return list(self._entries)

    def assign(self, epoch: int, start_offset: int) -> None:
        """`epoch` begins at `start_offset`, unless it is known. Entries that contradict it go.

        The file follows by `save`: what is lost until then, recovery finds in the batches.
        """
        if self._insert(epoch, start_offset):
            self.unsaved = True

    def save(self) -> None:
        """Write the file if it lacks an epoch."""
        if self.unsaved:
            self._save()

    def observe(self, epoch: int, start_offset: int) -> None:
        """Recovery reads a batch of `epoch`; `settle` follows at the end of the log."""
        if epoch > (self._observed[-1].epoch if self._observed else UNDEFINED_EPOCH):
            self._observed.append(EpochStart(epoch, start_offset))

    def settle(self, start_offset: int, end_offset: int) -> None:
        """The log reaches from `start_offset` to `end_offset`: what was observed there is known now."""
        kept = [entry for entry in self._entries if entry.start_offset < end_offset]
        latest = kept[-1].epoch if kept else UNDEFINED_EPOCH
        entries = _from(start_offset, kept + [entry for entry in self._observed if entry.epoch > latest])
        self._replace([entry for entry in entries if entry.start_offset < end_offset])
        self._observed = []

    def end_offset_for(self, epoch: int, log_end_offset: int) -> tuple[int, int]:
        """The largest known epoch up to `epoch`, and where it ends; (-1, -1) if nobody can say."""
        if epoch == UNDEFINED_EPOCH:
            return UNDEFINED_EPOCH, UNDEFINED_EPOCH_OFFSET
        if epoch == self.latest:
            return epoch, log_end_offset
        higher = bisect_right(self._entries, epoch, key=_epoch)
        if higher == len(self._entries):
            return UNDEFINED_EPOCH, UNDEFINED_EPOCH_OFFSET
        end = self._entries[higher].start_offset
        # Below all that is known: its records are gone, and the next epoch's beginning is a safe answer.
        return (self._entries[higher - 1].epoch if higher else epoch), end

    def epoch_for(self, offset: int) -> int:
        """The epoch under which `offset` was written, or UNDEFINED_EPOCH."""
        slot = bisect_right(self._entries, offset, key=_start)
        return self._entries[slot - 1].epoch if slot else UNDEFINED_EPOCH

    def truncate_from_end(self, end_offset: int) -> None:
        """The log ends at `end_offset` now."""
        if self._entries and self._entries[-1].start_offset >= end_offset:
            self._replace([entry for entry in self._entries if entry.start_offset < end_offset])

    def truncate_from_start(self, start_offset: int) -> None:
        """The log begins at `start_offset` now; its first epoch does too."""
        self._replace(_from(start_offset, self._entries))

    def clear(self) -> None:
        self._observed = []
        self._replace([])

    def _insert(self, epoch: int, start_offset: int) -> bool:
        assert epoch >= 0, "an epoch is assigned when it is known"
        assert start_offset >= 0, "an epoch begins at an offset"
        if epoch == self.latest and start_offset >= self._entries[-1].start_offset:
            return False
        kept = [e for e in self._entries if e.epoch < epoch and e.start_offset < start_offset]
        self._entries = [*kept, EpochStart(epoch, start_offset)]
        self.latest = epoch
        return True

    def _replace(self, entries: list[EpochStart]) -> None:
        if entries != self._entries:
            self._entries = entries
            self.latest = entries[-1].epoch if entries else UNDEFINED_EPOCH
            self._save()

    def _save(self) -> None:
        self.unsaved = False
        lines = [f"{epoch} {start}" for epoch, start in self._entries]
        self._disk.replace(self.path, checkpoint_text(lines))


def _from(start_offset: int, entries: list[EpochStart]) -> list[EpochStart]:
    """The entries of a log that begins at `start_offset`: the epoch under way there begins with it."""
    before = [entry for entry in entries if entry.start_offset <= start_offset]
    return [EpochStart(before[-1].epoch, start_offset), *entries[len(before) :]] if before else entries


def _epoch(entry: EpochStart) -> int:
    return entry.epoch


def _start(entry: EpochStart) -> int:
    return entry.start_offset
