"""Groups are listed, described and deleted, of whatever kind they are."""

from typing import assert_never

from ottla.groups.answers import DescribedGroup, Refused
from ottla.groups.classic.describe import describe
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import DeleteGroup, DescribeGroup, GroupCommand, ListGroups
from ottla.groups.deletion import delete_group
from ottla.groups.kept_group import KeptGroup
from ottla.groups.kept_rules import delete_refusal
from ottla.groups.listing import list_groups
from ottla.groups.offsets.delete import tombstones_of_group
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode


def on_group(step: Step, state: GroupState, soft: Soft, command: GroupCommand) -> Soft:
    """The soft state afterwards."""
    match command:
        case ListGroups():
            step.reply(command.ticket, list_groups(state, soft, command))
            return soft
        case DescribeGroup():
            step.reply(command.ticket, _described(state, soft, command.group_id))
            return soft
        case DeleteGroup():
            return _delete(step, state, soft, command)
        case _:
            assert_never(command)


def _described(state: GroupState, soft: Soft, group_id: str) -> DescribedGroup | Refused:
    group = soft.find(state, group_id)
    if isinstance(group, ClassicGroup):
        return describe(group)
    problem = "not found" if group is None else "is not a classic group"
    return Refused(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} {problem}.")


def _delete(step: Step, state: GroupState, soft: Soft, command: DeleteGroup) -> Soft:
    error = _delete_refusal(state, soft, command.group_id)
    step.reply(command.ticket, error or ErrorCode.NONE)
    if error is not None:
        return soft
    step.write(*tombstones_of_group(state, command.group_id))
    return delete_group(step, state, soft, command.group_id)


def _delete_refusal(state: GroupState, soft: Soft, group_id: str) -> ErrorCode | None:
    group = soft.find(state, group_id)
    if group is None:
        return ErrorCode.GROUP_ID_NOT_FOUND
    if isinstance(group, KeptGroup):
        return delete_refusal(group)
    return None if group.is_in(ClassicGroupState.EMPTY) else ErrorCode.NON_EMPTY_GROUP
