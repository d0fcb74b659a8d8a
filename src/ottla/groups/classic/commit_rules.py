"""Who may commit offsets for a classic group, and who may have them deleted."""

from ottla.groups.classic.fencing import not_a_member
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import CommitOffsets
from ottla.model.errors import ErrorCode

_S = ClassicGroupState


def commit_refusal(group: ClassicGroup, command: CommitOffsets) -> ErrorCode | None:
    """A member commits under its own generation; whoever is no member only into an empty group."""
    if command.generation < 0 and group.is_in(_S.EMPTY):
        return None
    if command.generation < 0 and not command.member_id and command.instance_id is None:
        return ErrorCode.UNKNOWN_MEMBER_ID
    refusal = not_a_member(group, command.member_id, command.instance_id)
    if refusal is not None:
        return refusal
    if command.generation != group.generation:
        return ErrorCode.ILLEGAL_GENERATION
    # The member knows its generation, but not yet what it owns in it.
    return ErrorCode.REBALANCE_IN_PROGRESS if group.is_in(_S.COMPLETING_REBALANCE) else None


def offset_delete_refusal(group: ClassicGroup) -> ErrorCode | None:
    """What the members of other protocols read is not known, so that none of it may go."""
    if group.is_in(_S.EMPTY) or group.uses_consumer_protocol:
        return None
    return ErrorCode.NON_EMPTY_GROUP
