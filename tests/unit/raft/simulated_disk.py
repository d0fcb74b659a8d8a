"""The files of a simulated replica, and what a crash leaves of them."""

from random import Random

from ottla.raft.batches import BatchView
from ottla.raft.positions import EpochAndOffset

Batches = list[BatchView]


class MemberDisk:
    """One replica's files; `synced` is what a crash cannot take, and where that log began."""

    def __init__(self) -> None:
        self.quorum_state: bytes | None = None
        self.start_offset = 0
        self.log: Batches = []
        self.synced: tuple[int, Batches] = (0, [])
        self.snapshots: dict[EpochAndOffset, bytes] = {}
        self.parts: dict[EpochAndOffset, bytes] = {}

    @property
    def end_offset(self) -> int:
        return self.log[-1].end_offset if self.log else self.start_offset

    def crash(self, random: Random) -> None:
        """Keep as much of what was not synced as chance wants; a truncation may be undone as well."""
        start, synced = self.synced
        if start != self.start_offset or random.random() < 0.5:
            self.start_offset, self.log = start, list(synced)
        else:
            pairs = zip(self.log, synced, strict=False)
            shared = next((i for i, (one, two) in enumerate(pairs) if one.data != two.data), len(synced))
            self.log = self.log[: random.randint(min(shared, len(self.log)), len(self.log))]
        self.synced = (self.start_offset, list(self.log))
        self.parts.clear()

    def delete_before(self, offset: int) -> None:
        start, synced = self.synced
        self.start_offset = max(self.start_offset, offset)
        self.log = [batch for batch in self.log if batch.end_offset > offset]
        self.synced = (max(start, offset), [batch for batch in synced if batch.end_offset > offset])

    def restart_at(self, offset: int) -> None:
        self.start_offset, self.log = offset, []

    def epoch_starts(self) -> list[tuple[int, int]]:
        starts: list[tuple[int, int]] = []
        for batch in self.log:
            if not starts or starts[-1][0] != batch.epoch:
                starts.append((batch.epoch, max(batch.base_offset, self.start_offset)))
        return starts
