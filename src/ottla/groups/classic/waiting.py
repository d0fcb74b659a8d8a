"""Requests that wait in a group: each is answered once, and then forgotten."""

from dataclasses import replace

from ottla.groups.answers import Joined, Synced
from ottla.groups.classic_group import ClassicGroup, Tickets
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket


def wait_for_join(step: Step, group: ClassicGroup, member_id: str, ticket: Ticket) -> ClassicGroup:
    """A member asks to join. If it asked before, only its last request is one of this generation."""
    group = answer_join(step, group, member_id, Joined(ErrorCode.REBALANCE_IN_PROGRESS, member_id=member_id))
    return replace(group, joining=group.joining.set(member_id, ticket))


def wait_for_sync(step: Step, group: ClassicGroup, member_id: str, ticket: Ticket) -> ClassicGroup:
    group = answer_sync(step, group, member_id, Synced(ErrorCode.REBALANCE_IN_PROGRESS))
    return replace(group, syncing=group.syncing.set(member_id, ticket))


def answer_join(step: Step, group: ClassicGroup, member_id: str, answer: Joined) -> ClassicGroup:
    """Answer the member's JoinGroup, if one waits."""
    ticket = group.joining.get(member_id)
    if ticket is None:
        return group
    step.reply(ticket, answer)
    return replace(group, joining=group.joining.remove(member_id))


def answer_sync(step: Step, group: ClassicGroup, member_id: str, answer: Synced) -> ClassicGroup:
    """Answer the member's SyncGroup, if one waits."""
    ticket = group.syncing.get(member_id)
    if ticket is None:
        return group
    step.reply(ticket, answer)
    return replace(group, syncing=group.syncing.remove(member_id))


def remove_member(step: Step, group: ClassicGroup, member_id: str) -> ClassicGroup:
    """The member is out; whatever of it waits hears that nobody knows it."""
    unknown = ErrorCode.UNKNOWN_MEMBER_ID
    group = answer_join(step, group, member_id, Joined(unknown))
    group = answer_sync(step, group, member_id, Synced(unknown))
    return group.without(member_id)


def forget_tickets(group: ClassicGroup, tickets: frozenset[Ticket]) -> ClassicGroup:
    """Without requests that were answered with an error; the group itself if it has none of them."""
    joining, syncing = _without(group.joining, tickets), _without(group.syncing, tickets)
    if joining is group.joining and syncing is group.syncing:
        return group
    return replace(group, joining=joining, syncing=syncing)


def _without(waiting: Tickets, tickets: frozenset[Ticket]) -> Tickets:
    for member_id, ticket in waiting.sorted_items():
        if ticket in tickets:
            waiting = waiting.remove(member_id)
    return waiting
