"""Members come, beat and go: which group is meant, and whether it is one of theirs."""

from typing import assert_never

from ottla.groups.answers import Joined, Synced
from ottla.groups.classic.heartbeat import heartbeat
from ottla.groups.classic.join import join
from ottla.groups.classic.leave import leave
from ottla.groups.classic.sync import sync
from ottla.groups.classic_group import ClassicGroup
from ottla.groups.commands import Heartbeat, JoinGroup, LeaveGroup, MemberCommand, SyncGroup
from ottla.groups.deletion import delete_group
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.kept_group import KeptGroup, Kind
from ottla.groups.records import group_metadata
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode

_UNKNOWN = ErrorCode.UNKNOWN_MEMBER_ID


def on_member(step: Step, state: GroupState, soft: Soft, command: MemberCommand) -> Soft:
    """The soft state afterwards. A group of another kind has no members here."""
    group = soft.find(state, command.group_id)
    if isinstance(command, JoinGroup):
        return _join(step, state, soft, group, command)
    if not isinstance(group, ClassicGroup):
        _not_here(step, command)
        return soft
    match command:
        case SyncGroup():
            return soft.keep(sync(step, group, command))
        case LeaveGroup():
            return soft.keep(leave(step, group, command))
        case Heartbeat():
            heartbeat(step, group, command)
            return soft
        case _:
            assert_never(command)


def _not_here(step: Step, command: SyncGroup | Heartbeat | LeaveGroup) -> None:
    match command:
        case SyncGroup():
            step.reply(command.ticket, Synced(_UNKNOWN))
        case Heartbeat():
            step.reply(command.ticket, _UNKNOWN)
        case LeaveGroup():
            step.reply(command.ticket, (_UNKNOWN,) * len(command.members))
        case _:
            assert_never(command)


def _join(
    step: Step, state: GroupState, soft: Soft, group: ClassicGroup | KeptGroup | None, command: JoinGroup
) -> Soft:
    """The first member makes the group, unless it comes with an id, which must be from another time."""
    if isinstance(group, ClassicGroup):
        return soft.keep(join(step, group, command))
    if isinstance(group, KeptGroup) and not _gives_way(group):
        step.reply(command.ticket, Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL))
        return soft
    if command.member_id:
        step.reply(command.ticket, Joined(_UNKNOWN, member_id=command.member_id))
        return soft
    if isinstance(group, KeptGroup):
        soft = delete_group(step, state, soft, command.group_id)
    new = ClassicGroup(command.group_id, state_since_ms=step.now.wall_ms)
    # It is written at once, whatever becomes of this member.
    step.write(group_metadata(new.id, GroupMetadata(state_since_ms=new.state_since_ms)))
    return soft.keep(join(step, new, command))


def _gives_way(group: KeptGroup) -> bool:
    return group.is_empty and group.kind is not Kind.SHARE
