"""What may be done to a group of a kind that is only kept: as Kafka answers where no member must be heard."""

from ottla.groups.answers import Refused
from ottla.groups.commands import CommitOffsets, FetchOffsets
from ottla.groups.kept_group import SHARE_STATE_PARTITIONS, KeptGroup, Kind
from ottla.model.errors import ErrorCode

_COMMIT_BY_EPOCH_FROM = 9


def commit_refusal(group: KeptGroup, command: CommitOffsets) -> Refused | None:
    """Into an empty group anybody may commit; a member only under the epoch that it was given last."""
    if group.kind is Kind.SHARE:
        return not_a_consumer_group(command.group_id)
    if command.generation < 0 and group.is_empty:
        return None
    epoch, is_classic = group.member_epoch(command.member_id), group.uses_classic_protocol(command.member_id)
    if epoch is None:
        return _unknown_member(command.group_id, command.member_id)
    if command.version < _COMMIT_BY_EPOCH_FROM and not is_classic:
        return Refused(
            ErrorCode.UNSUPPORTED_VERSION,
            "OffsetCommit version 9 or above must be used by members using the "
            f"{group.kind.value} group protocol",
        )
    return None if command.generation == epoch else _wrong_epoch(is_classic)


def fetch_refusal(group: KeptGroup, command: FetchOffsets) -> Refused | None:
    """Whoever says that it is a member must be one, under its epoch."""
    assert group.kind is not Kind.SHARE, "a share group has no committed offsets"
    if command.member_id is None and command.member_epoch < 0:
        return None
    member_id = command.member_id or ""
    epoch = group.member_epoch(member_id)
    if epoch is None:
        return _unknown_member(command.group_id, member_id)
    return None if command.member_epoch == epoch else _wrong_epoch(group.uses_classic_protocol(member_id))


def delete_refusal(group: KeptGroup) -> ErrorCode | None:
    """Why the group can't be deleted. The state of a share group's partitions is another coordinator's."""
    if not group.is_empty:
        return ErrorCode.NON_EMPTY_GROUP
    if group.kind is Kind.SHARE and SHARE_STATE_PARTITIONS in group.parts:
        return ErrorCode.INVALID_REQUEST
    return None


def not_a_consumer_group(group_id: str) -> Refused:
    return Refused(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a consumer group.")


def _unknown_member(group_id: str, member_id: str) -> Refused:
    return Refused(ErrorCode.UNKNOWN_MEMBER_ID, f"Member {member_id} is not a member of group {group_id}.")


def _wrong_epoch(uses_classic_protocol: bool) -> Refused:
    return Refused(ErrorCode.ILLEGAL_GENERATION if uses_classic_protocol else ErrorCode.STALE_MEMBER_EPOCH)
