"""Heartbeat, and what happens when none comes."""

from ottla.groups.classic.fencing import not_a_member
from ottla.groups.classic.rebalance import complete_join, rebalance_or_complete_join
from ottla.groups.classic.sessions import renew
from ottla.groups.classic.waiting import remove_member
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import Heartbeat, SessionExpired
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode

_S = ClassicGroupState


def heartbeat(step: Step, group: ClassicGroup, command: Heartbeat) -> None:
    refusal = not_a_member(group, command.member_id, command.instance_id)
    if refusal is None and command.generation != group.generation:
        refusal = ErrorCode.ILLEGAL_GENERATION
    if refusal is not None:
        step.reply(command.ticket, refusal)
        return
    renew(step, group.id, group.members[command.member_id])
    rebalancing = group.is_in(_S.PREPARING_REBALANCE)
    step.reply(command.ticket, ErrorCode.REBALANCE_IN_PROGRESS if rebalancing else ErrorCode.NONE)


def session_expired(step: Step, group: ClassicGroup, command: SessionExpired) -> ClassicGroup:
    """Nothing was heard of a member, or of one that was given an id and did not come back with it."""
    member_id = command.member_id
    if member_id in group.pending_join:
        step.tell(
            f"Pending member {member_id} in group {group.id} has been removed after session timeout "
            "expiration."
        )
        group = group.without(member_id)
        return _complete_join_if_last_missing(step, group)
    member = group.members.get(member_id)
    if member is None:
        return group
    if not member.is_new and (member_id in group.joining or member_id in group.syncing):
        # A member that waits for us has no duty to speak.
        renew(step, group.id, member)
        return group
    step.tell(f"Member {member_id} in group {group.id} has failed, removing it from the group.")
    group = remove_member(step, group, member_id)
    if group.is_in(_S.STABLE, _S.COMPLETING_REBALANCE):
        return rebalance_or_complete_join(
            step, group, f"removing member {member_id} on heartbeat expiration."
        )
    return _complete_join_if_last_missing(step, group)


def _complete_join_if_last_missing(step: Step, group: ClassicGroup) -> ClassicGroup:
    """Even an initial rebalance need not wait for its delay then."""
    if group.is_in(_S.PREPARING_REBALANCE) and group.has_all_joined:
        return complete_join(step, group)
    return group
