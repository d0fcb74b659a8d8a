"""LeaveGroup: members go, or are removed by an administrator."""

from ottla.groups.classic.fencing import not_a_member
from ottla.groups.classic.rebalance import complete_join_if_all_joined, rebalance_or_complete_join
from ottla.groups.classic.sessions import end
from ottla.groups.classic.waiting import remove_member
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import LeaveGroup, Leaving
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode

_S = ClassicGroupState


def leave(step: Step, group: ClassicGroup, command: LeaveGroup) -> ClassicGroup:
    errors: list[ErrorCode] = []
    for leaving in command.members:
        member_id, error = _who(group, leaving)
        errors.append(error)
        if error is ErrorCode.NONE:
            step.tell(
                f"[Group {group.id}] Member {member_id} has left group through explicit `LeaveGroup` "
                f"request; client reason: {leaving.reason or 'not provided'}"
            )
            end(step, group.id, member_id)
            group = remove_member(step, group, member_id)
    step.reply(command.ticket, tuple(errors))
    left = [
        member.member_id
        for member, error in zip(command.members, errors, strict=True)
        if error is ErrorCode.NONE
    ]
    if not left:
        return group
    if group.is_in(_S.STABLE, _S.COMPLETING_REBALANCE):
        reason = f"explicit `LeaveGroup` request for ({', '.join(left)}) members."
        return rebalance_or_complete_join(step, group, reason)
    return complete_join_if_all_joined(step, group)


def _who(group: ClassicGroup, leaving: Leaving) -> tuple[str, ErrorCode]:
    """The member that is meant. An administrator names an instance alone."""
    if not leaving.member_id:
        known = group.static_members.get(leaving.instance_id) if leaving.instance_id is not None else None
        return (known, ErrorCode.NONE) if known is not None else ("", ErrorCode.UNKNOWN_MEMBER_ID)
    if leaving.member_id in group.pending_join:
        return leaving.member_id, ErrorCode.NONE
    refusal = not_a_member(group, leaving.member_id, leaving.instance_id)
    return leaving.member_id, refusal or ErrorCode.NONE
