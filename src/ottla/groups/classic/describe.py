"""A classic group, described."""

from ottla.groups.answers import DescribedGroup, DescribedMember
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.member import Member


def describe(group: ClassicGroup) -> DescribedGroup:
    """Only a stable group has a protocol, and members with metadata for it."""
    protocol = group.protocol if group.is_in(ClassicGroupState.STABLE) else None
    return DescribedGroup(
        group.id,
        group.state.value,
        group.protocol_type or "",
        protocol or "",
        tuple(_member(member, protocol) for member in group.all_members()),
    )


def _member(member: Member, protocol: str | None) -> DescribedMember:
    return DescribedMember(
        member.id,
        member.instance_id,
        member.client_id,
        member.client_host,
        b"" if protocol is None else member.metadata(protocol),
        member.assignment,
    )
