"""What clients saw: every acknowledged record, every record read, every committed offset.

The history is what an outsider may count on; the checkers hold the node against it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from ottla.model.ids import TopicPartition


class Violation(Exception):
    """An invariant does not hold. The text names it and what was seen."""


class Acknowledged(NamedTuple):
    """A record that the node took; `value` is None for a tombstone, `at_s` is virtual time."""

    key: bytes
    value: bytes | None
    at_s: float


@dataclass(slots=True)
class PartitionHistory:
    """One partition as clients know it, by offset."""

    acknowledged: dict[int, Acknowledged] = field(default_factory=dict)
    read: dict[int, bytes | None] = field(default_factory=dict)
    high_watermarks: dict[str, int] = field(default_factory=dict)
    """The last one that each client was told."""

    def forget(self, lost: range) -> None:
        """A power cut took what was not synced of these offsets."""
        self.acknowledged = {at: record for at, record in self.acknowledged.items() if at not in lost}
        self.read = {at: value for at, value in self.read.items() if at not in lost}
        self.high_watermarks.clear()


@dataclass(slots=True)
class History:
    """All that clients saw in one run."""

    partitions: dict[TopicPartition, PartitionHistory] = field(default_factory=dict)
    committed: dict[tuple[str, TopicPartition], list[int]] = field(default_factory=dict)
    """By group and partition: every acknowledged commit, in order."""
    owners: dict[tuple[str, int, TopicPartition], str] = field(default_factory=dict)
    """By group, generation and partition: the member that acts on it."""
    attempted: dict[tuple[str, TopicPartition], int] = field(default_factory=dict)
    """By group and partition: the highest offset that a member set out to commit."""
    decided: dict[int, tuple[bool, int]] = field(default_factory=dict)
    """By producer: whether its transaction is committed, and the offset of the marker that says so."""
    topics: dict[str, int] = field(default_factory=dict)
    """Topics whose creation was acknowledged, and how many partitions they have."""
    deleted: dict[str, None] = field(default_factory=dict)
    """Topics whose deletion was acknowledged."""
    power_cuts: int = 0
    lives: int = 0
    """How often the node came back."""
    operations: int = 0

    def of(self, name: TopicPartition) -> PartitionHistory:
        return self.partitions.setdefault(name, PartitionHistory())

    def acknowledge(self, name: TopicPartition, offset: int, record: Acknowledged) -> None:
        """A produce request was answered with `offset`."""
        self.operations += 1
        known = self.of(name).acknowledged.setdefault(offset, record)
        if known.value != record.value:
            raise Violation(
                f"I13 {name}@{offset} was acknowledged for {short(known.value)} and {short(record.value)}"
            )

    def note_read(self, name: TopicPartition, offset: int, value: bytes | None, high_watermark: int) -> None:
        """A fetch gave `value`."""
        self.operations += 1
        partition = self.of(name)
        if offset >= high_watermark:
            raise Violation(f"I9 {name}@{offset} was read above the high watermark {high_watermark}")
        known = partition.read.setdefault(offset, value)
        if known != value:
            raise Violation(f"I7 {name}@{offset} was read as {short(known)} and then as {short(value)}")
        acknowledged = partition.acknowledged.get(offset)
        if acknowledged is not None and acknowledged.value != value:
            raise Violation(
                f"I7 {name}@{offset} was acknowledged as {short(acknowledged.value)}, read as {short(value)}"
            )

    def note_high_watermark(self, client: str, name: TopicPartition, high_watermark: int) -> None:
        """What a fetch said to one client; it must never fall, but by a power cut."""
        told = self.of(name).high_watermarks
        if high_watermark < told.get(client, 0):
            raise Violation(f"I6 the high watermark of {name} fell from {told[client]} to {high_watermark}")
        told[client] = high_watermark

    def note_commit(self, group: str, name: TopicPartition, offset: int) -> None:
        self.operations += 1
        self.committed.setdefault((group, name), []).append(offset)

    def check_commit(self, group: str, name: TopicPartition, offset: int) -> None:
        """What OffsetFetch said."""
        commits = self.committed.get((group, name), [])
        if commits and offset < commits[-1]:
            raise Violation(f"I15 {group} had committed {commits[-1]} of {name}, and {offset} came back")

    def note_owner(self, group: str, generation: int, name: TopicPartition, member: str) -> None:
        """A member was given the partition in this generation."""
        self.operations += 1
        owner = self.owners.setdefault((group, generation, name), member)
        if owner != member:
            raise Violation(
                f"I14 {name} belongs to {owner} and {member} in generation {generation} of {group}"
            )

    def lose_power(self) -> None:
        """What coordinators wrote may be gone; logs are reckoned one by one, with `forget`."""
        self.power_cuts += 1
        self.committed.clear()
        self.owners.clear()

    def forget_decisions(self, end: int) -> None:
        """Markers from `end` on are lost: their transactions are open again."""
        self.decided = {
            producer: (committed, marker)
            for producer, (committed, marker) in self.decided.items()
            if marker < end
        }


def short(value: bytes | None) -> str:
    """As much of a value as tells it apart."""
    return "a tombstone" if value is None else repr(value[:16])
