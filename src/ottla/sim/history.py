"""What clients saw: every acknowledged record, every record read, every committed offset.

The history is what an outsider may count on; the checkers hold the node against it.
"""

from dataclasses import dataclass, field

from ottla.model.ids import TopicPartition


class Violation(Exception):
    """An invariant does not hold. The text names it and what was seen."""


@dataclass(slots=True)
class PartitionHistory:
    """One partition as clients know it, by offset."""

    acknowledged: dict[int, bytes] = field(default_factory=dict)
    read: dict[int, bytes] = field(default_factory=dict)
    high_watermarks: dict[str, int] = field(default_factory=dict)
    """The last one that each client was told."""

    def forget_from(self, offset: int) -> None:
        """A power cut took what was not synced from `offset` on."""
        self.acknowledged = {at: value for at, value in self.acknowledged.items() if at < offset}
        self.read = {at: value for at, value in self.read.items() if at < offset}
        self.high_watermarks.clear()


@dataclass(slots=True)
class History:
    """All that clients saw in one run."""

    partitions: dict[TopicPartition, PartitionHistory] = field(default_factory=dict)
    committed: dict[tuple[str, TopicPartition], list[int]] = field(default_factory=dict)
    """By group and partition: every acknowledged commit, in order."""
    topics: dict[str, int] = field(default_factory=dict)
    """Topics whose creation was acknowledged, and how many partitions they have."""
    operations: int = 0

    def of(self, name: TopicPartition) -> PartitionHistory:
        return self.partitions.setdefault(name, PartitionHistory())

    def acknowledge(self, name: TopicPartition, offset: int, value: bytes) -> None:
        """A produce request was answered with `offset`."""
        self.operations += 1
        known = self.of(name).acknowledged.setdefault(offset, value)
        if known != value:
            raise Violation(f"I13 {name}@{offset} was acknowledged for {known!r} and for {value!r}")

    def note_read(self, name: TopicPartition, offset: int, value: bytes, high_watermark: int) -> None:
        """A fetch gave `value`."""
        self.operations += 1
        partition = self.of(name)
        if offset >= high_watermark:
            raise Violation(f"I9 {name}@{offset} was read above the high watermark {high_watermark}")
        known = partition.read.setdefault(offset, value)
        if known != value:
            raise Violation(f"I7 {name}@{offset} was read as {known!r} and then as {value!r}")
        acknowledged = partition.acknowledged.get(offset, value)
        if acknowledged != value:
            raise Violation(f"I7 {name}@{offset} was acknowledged as {acknowledged!r} and read as {value!r}")

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
