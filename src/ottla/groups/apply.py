"""The only writer of durable state: one record, or one transaction marker, after another.

Loading a partition and running it are the same steps, so a state is what its log replays to.
"""

from typing import Any, TypeVar

from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.group_metadata import GroupMetadata, MemberMetadata
from ottla.groups.kept_group import KIND_OF_TYPE, KeptGroup, Part
from ottla.groups.records import GroupRecord
from ottla.groups.state import NO_OFFSETS, GroupState, OpenTransactions
from ottla.machine.maps import PersistentMap
from ottla.model.ids import TopicPartition
from ottla.records.batch import NO_PRODUCER_ID
from ottla.wire.messages.group_metadata_key import GroupMetadataKey
from ottla.wire.messages.group_metadata_value import GroupMetadataValue
from ottla.wire.messages.legacy_offset_commit_key import LegacyOffsetCommitKey
from ottla.wire.messages.offset_commit_key import OffsetCommitKey
from ottla.wire.messages.offset_commit_value import OffsetCommitValue

K = TypeVar("K")
L = TypeVar("L")
V = TypeVar("V")


class IllegalReplay(Exception):
    """The log holds what no coordinator writes: its partition can't be loaded."""


def apply(
    state: GroupState, record: GroupRecord, offset: int | None = None, producer_id: int = NO_PRODUCER_ID
) -> GroupState:
    """`state` after `record`, which stands at `offset` (by default behind the one before).

    An offset that bears a producer id was committed in a transaction: it stays pending until
    `apply_marker`. Raises IllegalReplay.
    """
    at = state.next_offset if offset is None else offset
    assert at >= state.next_offset, "records are applied in the order of the log"
    type_ = record.key.KEY
    if type_ in (OffsetCommitKey.KEY, LegacyOffsetCommitKey.KEY):
        state = _offset(state, record, at, producer_id)
    elif type_ == GroupMetadataKey.KEY:
        state = _group_metadata(state, record)
    else:
        state = _kept(state, record)
    return state if state.next_offset == at + 1 else state._replace(next_offset=at + 1)


def apply_marker(
    state: GroupState, producer_id: int, committed: bool, offset: int | None = None
) -> GroupState:
    """The producer's transaction has ended: its offsets count, unless a later commit stands, or are gone."""
    at = state.next_offset if offset is None else offset
    offsets, transactions = state.offsets, state.open_transactions
    for (group_id, partition), pending in state.pending.get(producer_id, _NOTHING).sorted_items():
        transactions = _closed(transactions, group_id, partition, producer_id)
        group = offsets.get(group_id, PersistentMap())
        standing = group.get(partition)
        if committed and (standing is None or pending.record_offset > standing.record_offset):
            offsets = offsets.set(group_id, group.set(partition, pending))
    return state._replace(
        offsets=offsets,
        open_transactions=transactions,
        pending=state.pending.remove(producer_id),
        next_offset=at + 1,
    )


def skip_to(state: GroupState, offset: int) -> GroupState:
    """The log goes on at `offset`: what stood before it told nothing, or compaction took it."""
    assert offset >= state.next_offset, "a log does not shrink while it is replayed"
    return state._replace(next_offset=offset)


_NOTHING: PersistentMap[tuple[str, TopicPartition], CommittedOffset] = PersistentMap()


# Offsets


def _offset(state: GroupState, record: GroupRecord, at: int, producer_id: int) -> GroupState:
    key: Any = record.key
    partition = TopicPartition(key.topic, key.partition)
    if record.value is None:
        return _without_offset(state, key.group, partition)
    if key.group not in state.groups:
        state = state._replace(groups=state.groups.set(key.group, GroupMetadata()))
    committed = _committed(record.value, at)
    if producer_id != NO_PRODUCER_ID:
        return _with_pending(state, key.group, partition, committed, producer_id)
    groups, offsets, pending, transactions, _ = state
    group = offsets.get(key.group, NO_OFFSETS).set(partition, committed)
    # Nearly every record comes this way: the next offset is set along with the rest.
    return GroupState(groups, offsets.set(key.group, group), pending, transactions, at + 1)


def _committed(value: Any, at: int) -> CommittedOffset:
    modern = isinstance(value, OffsetCommitValue)
    return CommittedOffset(
        offset=value.offset,
        leader_epoch=value.leader_epoch if modern else -1,
        metadata=value.metadata,
        committed_at_ms=value.commit_timestamp,
        expires_at_ms=value.expire_timestamp if modern else -1,
        topic_id=value.topic_id if modern else bytes(16),
        record_offset=at,
    )


def _with_pending(
    state: GroupState, group_id: str, partition: TopicPartition, committed: CommittedOffset, producer_id: int
) -> GroupState:
    of_producer = state.pending.get(producer_id, _NOTHING).set((group_id, partition), committed)
    of_group = state.transactions_of(group_id)
    producers = of_group.get(partition, frozenset()) | {producer_id}
    return state._replace(
        pending=state.pending.set(producer_id, of_producer),
        open_transactions=state.open_transactions.set(group_id, of_group.set(partition, producers)),
    )


def _without_offset(state: GroupState, group_id: str, partition: TopicPartition) -> GroupState:
    """A tombstone ends what is pending for the partition too."""
    group = state.offsets_of(group_id).remove(partition)
    pending, transactions = state.pending, state.open_transactions
    for producer_id in sorted(state.transactions_of(group_id).get(partition, frozenset())):
        of_producer = pending[producer_id].remove((group_id, partition))
        pending = _set_or_remove(pending, producer_id, of_producer)
        transactions = _closed(transactions, group_id, partition, producer_id)
    return state._replace(
        offsets=_set_or_remove(state.offsets, group_id, group),
        pending=pending,
        open_transactions=transactions,
    )


def _closed(
    transactions: PersistentMap[str, OpenTransactions],
    group_id: str,
    partition: TopicPartition,
    producer_id: int,
) -> PersistentMap[str, OpenTransactions]:
    group = transactions[group_id]
    producers = group[partition] - {producer_id}
    group = group.set(partition, producers) if producers else group.remove(partition)
    return _set_or_remove(transactions, group_id, group)


def _set_or_remove(
    outer: PersistentMap[K, PersistentMap[L, V]], key: K, inner: PersistentMap[L, V]
) -> PersistentMap[K, PersistentMap[L, V]]:
    """`outer` with `inner` at `key`, or without the key when nothing is left."""
    return outer.set(key, inner) if len(inner) else outer.remove(key)


# Groups


def _group_metadata(state: GroupState, record: GroupRecord) -> GroupState:
    key: Any = record.key
    if record.value is None:
        return state._replace(groups=state.groups.remove(key.group))
    assert isinstance(record.value, GroupMetadataValue), "the type of a key is the type of its value"
    metadata = _metadata(record.value)
    instances = [member.instance_id for member in metadata.members if member.instance_id is not None]
    if len({member.id for member in metadata.members}) < len(metadata.members) or (
        len(set(instances)) < len(instances)
    ):
        raise IllegalReplay(f"Group {key.group} has a member twice")
    return state._replace(groups=state.groups.set(key.group, metadata))


def _metadata(value: GroupMetadataValue) -> GroupMetadata:
    return GroupMetadata(
        protocol_type=value.protocol_type or None,
        protocol=value.protocol,
        generation=value.generation,
        leader=value.leader,
        state_since_ms=None if value.current_state_timestamp == -1 else value.current_state_timestamp,
        members=tuple(
            MemberMetadata(
                id=member.member_id,
                instance_id=member.group_instance_id,
                client_id=member.client_id,
                client_host=member.client_host,
                rebalance_timeout_ms=(
                    member.session_timeout if member.rebalance_timeout == -1 else member.rebalance_timeout
                ),
                session_timeout_ms=member.session_timeout,
                subscription=member.subscription,
                assignment=member.assignment,
            )
            for member in value.members
        ),
    )


def _kept(state: GroupState, record: GroupRecord) -> GroupState:
    key: Any = record.key
    part = Part(key.KEY, getattr(key, "member_id", getattr(key, "regular_expression", "")))
    group = _kept_group(state, key.group_id, part, created=record.value is not None)
    if group is None:
        return state  # a tombstone of a group that is gone already
    if record.value is not None:
        group = group.with_part(part, record.value)
    elif part == group.epoch_part:
        return state._replace(groups=state.groups.remove(key.group_id))
    else:
        group = group.without_part(part)
    return state._replace(groups=state.groups.set(key.group_id, group))


def _kept_group(state: GroupState, group_id: str, part: Part, created: bool) -> KeptGroup | None:
    kind, group = KIND_OF_TYPE[part.type], state.groups.get(group_id)
    if isinstance(group, KeptGroup) and group.kind is kind:
        return group
    # A simple group has no record: it stands for offsets that came before the group's own records.
    is_simple = isinstance(group, GroupMetadata) and group.protocol_type is None and not group.members
    if group is not None and not is_simple:
        if not created:
            return None
        raise IllegalReplay(f"Group {group_id} is not a {kind.value} group")
    return KeptGroup(kind) if created else None
