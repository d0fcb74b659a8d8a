"""Whether a request comes from a member of the group, as it is now."""

from ottla.groups.classic_group import ClassicGroup
from ottla.model.errors import ErrorCode


def not_a_member(group: ClassicGroup, member_id: str, instance_id: str | None) -> ErrorCode | None:
    """Why the request is none of a member's: UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID (KIP-345)."""
    if instance_id is not None:
        known = group.static_members.get(instance_id)
        if known is None:
            return ErrorCode.UNKNOWN_MEMBER_ID
        if known != member_id:
            return ErrorCode.FENCED_INSTANCE_ID
    return None if member_id in group.members else ErrorCode.UNKNOWN_MEMBER_ID
