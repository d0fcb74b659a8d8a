"""What replays from one partition of `__consumer_offsets`: groups and their offsets."""

from typing import Any, NamedTuple

from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.kept_group import KeptGroup
from ottla.machine.maps import PersistentMap
from ottla.model.ids import TopicPartition

_EMPTY: PersistentMap[Any, Any] = PersistentMap()
GroupOffsets = PersistentMap[TopicPartition, CommittedOffset]
OpenTransactions = PersistentMap[TopicPartition, frozenset[int]]
"""Producer ids that have an offset pending, by partition. No set is empty."""
NO_OFFSETS: GroupOffsets = _EMPTY
NO_TRANSACTIONS: OpenTransactions = _EMPTY


class GroupState(NamedTuple):
    """Durable state: `apply` is its only writer."""

    groups: PersistentMap[str, GroupMetadata | KeptGroup] = _EMPTY
    offsets: PersistentMap[str, GroupOffsets] = _EMPTY
    """By group. No entry is empty."""
    pending: PersistentMap[int, PersistentMap[tuple[str, TopicPartition], CommittedOffset]] = _EMPTY
    """By producer id, then group and partition: committed in a transaction that has not ended."""
    open_transactions: PersistentMap[str, OpenTransactions] = _EMPTY
    """By group: which partitions have offsets pending."""
    next_offset: int = 0
    """Where the log goes on after the last record applied."""

    def offsets_of(self, group_id: str) -> GroupOffsets:
        return self.offsets.get(group_id, NO_OFFSETS)

    def transactions_of(self, group_id: str) -> OpenTransactions:
        return self.open_transactions.get(group_id, NO_TRANSACTIONS)
