"""The records of `__consumer_offsets`, in the versions that Kafka 4.3 writes."""

from typing import Final, NamedTuple

from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.group_metadata import GroupMetadata, MemberMetadata
from ottla.groups.kept_group import Part
from ottla.model.ids import TopicPartition
from ottla.model.uuid import ZERO
from ottla.wire.catalogue import coordinator_key_class
from ottla.wire.coordinator_records import (
    decode_coordinator_key,
    decode_coordinator_value,
    encode_coordinator_key,
    encode_coordinator_value,
)
from ottla.wire.message import Message
from ottla.wire.messages.group_metadata_key import GroupMetadataKey
from ottla.wire.messages.group_metadata_value import GroupMetadataValue
from ottla.wire.messages.group_metadata_value import MemberMetadata as MemberMetadataValue
from ottla.wire.messages.offset_commit_key import OffsetCommitKey
from ottla.wire.messages.offset_commit_value import OffsetCommitValue

_FAMILY: Final = "group"
_GROUP_METADATA_VERSION: Final = 3
_OFFSET_COMMIT_VERSION: Final = 4
_EXPIRING_OFFSET_COMMIT_VERSION: Final = 1
"""The last version that has a field for an expiry of the client's choice."""


class GroupRecord(NamedTuple):
    """One record, decoded. A value of None is a tombstone."""

    key: Message
    value: Message | None
    version: int = 0
    """Of the value."""


def encode_record(record: GroupRecord) -> tuple[bytes, bytes | None]:
    key, value, version = record
    return encode_coordinator_key(key), None if value is None else encode_coordinator_value(value, version)


def decode_record(key: bytes, value: bytes | None) -> GroupRecord:
    """Raises UnsupportedVersion naming a type or version that is not known, ProtocolError for bad bytes."""
    decoded_key = decode_coordinator_key(_FAMILY, key)
    if value is None:
        return GroupRecord(decoded_key, None)
    return GroupRecord(decoded_key, *decode_coordinator_value(_FAMILY, decoded_key.KEY, value))


def group_metadata(group_id: str, metadata: GroupMetadata) -> GroupRecord:
    value = GroupMetadataValue(
        protocol_type=metadata.protocol_type or "",
        generation=metadata.generation,
        protocol=metadata.protocol,
        leader=metadata.leader,
        current_state_timestamp=-1 if metadata.state_since_ms is None else metadata.state_since_ms,
        members=[_member_value(member) for member in metadata.members],
    )
    return GroupRecord(GroupMetadataKey(group=group_id), value, _GROUP_METADATA_VERSION)


def group_tombstone(group_id: str) -> GroupRecord:
    return GroupRecord(GroupMetadataKey(group=group_id), None)


def offset_commit(group_id: str, partition: TopicPartition, committed: CommittedOffset) -> GroupRecord:
    """One that expires when the client wants has no room for epoch and topic id."""
    expires = committed.expires_at_ms >= 0
    value = OffsetCommitValue(
        offset=committed.offset,
        leader_epoch=-1 if expires else committed.leader_epoch,
        metadata=committed.metadata,
        commit_timestamp=committed.committed_at_ms,
        expire_timestamp=committed.expires_at_ms,
        topic_id=ZERO if expires else committed.topic_id,
    )
    version = _EXPIRING_OFFSET_COMMIT_VERSION if expires else _OFFSET_COMMIT_VERSION
    return GroupRecord(_offset_key(group_id, partition), value, version)


def offset_tombstone(group_id: str, partition: TopicPartition) -> GroupRecord:
    return GroupRecord(_offset_key(group_id, partition), None)


def kept_tombstone(group_id: str, part: Part) -> GroupRecord:
    """Ends one part of a group of a kind that is only kept."""
    key = coordinator_key_class(_FAMILY, part.type)()
    named = [name for name in key.__slots__ if name != "group_id"]
    key.group_id = group_id  # type: ignore[attr-defined]
    for field in named:
        setattr(key, field, part.name)
    return GroupRecord(key, None)


def _offset_key(group_id: str, partition: TopicPartition) -> OffsetCommitKey:
    return OffsetCommitKey(group=group_id, topic=partition.topic, partition=partition.partition)


def _member_value(member: MemberMetadata) -> MemberMetadataValue:
    return MemberMetadataValue(
        member_id=member.id,
        group_instance_id=member.instance_id,
        client_id=member.client_id,
        client_host=member.client_host,
        rebalance_timeout=member.rebalance_timeout_ms,
        session_timeout=member.session_timeout_ms,
        subscription=member.subscription,
        assignment=member.assignment,
    )
