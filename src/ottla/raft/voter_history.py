"""The voter sets and kraft.versions that the log holds, each from its offset on (KIP-853).

A voter set counts as soon as it is appended, committed or not; when the log is truncated, the one before
counts again. With kraft.version 0 the log holds none, and the configured voters count.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ottla.raft.voters import VoterSet

T = TypeVar("T")

BOOTSTRAP_OFFSET = -1
"""Where the entries of the 0-0 snapshot stand: before the log."""


@dataclass(slots=True)
class LogHistory(Generic[T]):
    """Values by the offset of the record that set them, ascending."""

    entries: list[tuple[int, T]] = field(default_factory=list)

    def add(self, offset: int, value: T) -> None:
        assert offset >= BOOTSTRAP_OFFSET, "a record has an offset"
        assert not self.entries or offset > self.entries[-1][0], "records come in the order of the log"
        self.entries.append((offset, value))

    def last(self) -> tuple[int, T] | None:
        return self.entries[-1] if self.entries else None

    def at_or_before(self, offset: int) -> T | None:
        found = [value for at, value in self.entries if at <= offset]
        return found[-1] if found else None

    def truncate_from(self, offset: int) -> None:
        """Forget what stands at `offset` and behind: the log was truncated there."""
        self.entries = [entry for entry in self.entries if entry[0] < offset]

    def truncate_before(self, offset: int) -> None:
        """Forget what is no longer reachable now that the log begins at `offset`; what counts there stays."""
        older = [entry for entry in self.entries if entry[0] <= offset]
        self.entries = older[-1:] + self.entries[len(older) :]


@dataclass(slots=True)
class VoterHistory:
    """Who votes at the end of the log, and who did at any offset that a snapshot may have."""

    static_voters: VoterSet
    """From `controller.quorum.voters`; empty if the quorum is dynamic."""
    voter_sets: LogHistory[VoterSet] = field(default_factory=LogHistory)
    kraft_versions: LogHistory[int] = field(default_factory=LogHistory)

    @property
    def last(self) -> VoterSet:
        entry = self.voter_sets.last()
        return entry[1] if entry is not None else self.static_voters

    @property
    def last_offset(self) -> int | None:
        """Where the last voter set stands; None if the log holds none."""
        entry = self.voter_sets.last()
        return entry[0] if entry is not None else None

    @property
    def kraft_version(self) -> int:
        entry = self.kraft_versions.last()
        return entry[1] if entry is not None else 0

    def kraft_version_at(self, offset: int) -> int:
        return self.kraft_versions.at_or_before(offset) or 0

    def voters_at(self, offset: int) -> VoterSet | None:
        """The voters that the log held at `offset`; None if it held none."""
        return self.voter_sets.at_or_before(offset)

    def truncate_from(self, offset: int) -> None:
        self.voter_sets.truncate_from(offset)
        self.kraft_versions.truncate_from(offset)

    def truncate_before(self, offset: int) -> None:
        self.voter_sets.truncate_before(offset)
        self.kraft_versions.truncate_before(offset)

    def clear(self) -> None:
        """Before a snapshot is loaded."""
        self.voter_sets.entries.clear()
        self.kraft_versions.entries.clear()
