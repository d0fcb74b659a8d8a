"""SyncGroup: the leader brings the assignment of all members, and each gets its own."""

from dataclasses import replace

from ottla.groups.answers import Synced
from ottla.groups.classic.fencing import not_a_member
from ottla.groups.classic.sessions import renew
from ottla.groups.classic.waiting import answer_sync, wait_for_sync
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import SyncGroup
from ottla.groups.records import group_metadata
from ottla.groups.step import Step, sync_timer
from ottla.model.errors import ErrorCode

_S = ClassicGroupState


def sync(step: Step, group: ClassicGroup, command: SyncGroup) -> ClassicGroup:
    refusal = _refusal(group, command)
    if refusal is not None:
        step.reply(command.ticket, Synced(refusal))
        return group
    group = replace(group, pending_sync=group.pending_sync.remove(command.member_id))
    if not len(group.pending_sync):
        step.cancel_timer(sync_timer(group.id))
    if group.is_in(_S.STABLE):
        step.reply(command.ticket, _synced(group, command.member_id))
        return group
    group = wait_for_sync(step, group, command.member_id, command.ticket)
    return _assign(step, group, dict(command.assignments)) if group.leader == command.member_id else group


def _refusal(group: ClassicGroup, command: SyncGroup) -> ErrorCode | None:
    if group.is_in(_S.EMPTY):
        return ErrorCode.UNKNOWN_MEMBER_ID
    refusal = not_a_member(group, command.member_id, command.instance_id)
    if refusal is not None:
        return refusal
    if command.generation != group.generation:
        return ErrorCode.ILLEGAL_GENERATION
    if _differ(command.protocol_type, group.protocol_type) or _differ(command.protocol, group.protocol):
        return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    return ErrorCode.REBALANCE_IN_PROGRESS if group.is_in(_S.PREPARING_REBALANCE) else None


def _differ(said: str | None, known: str | None) -> bool:
    """Whoever says nothing (before version 5) contradicts nothing."""
    return said is not None and known is not None and said != known


def _assign(step: Step, group: ClassicGroup, assignments: dict[str, bytes]) -> ClassicGroup:
    """The generation is agreed upon: it is written, and everybody who waits gets its part.

    A member that the leader forgot gets nothing; one that the leader invented is none.
    """
    step.tell(
        f"Assignment received from leader {group.leader} for group {group.id} for generation "
        f"{group.generation}. The group has {len(group.members)} members, {len(group.static_members)} of "
        "which are static."
    )
    for member in group.all_members():
        assignment = assignments.get(member.id, b"")
        if assignment != member.assignment:
            group = group.with_changed(replace(member, assignment=assignment))
    step.write(group_metadata(group.id, group.metadata()))
    for member in group.all_members():
        if member.id in group.syncing:
            group = answer_sync(step, group, member.id, _synced(group, member.id))
            renew(step, group.id, member)
    return group.moved_to(_S.STABLE, step.now.wall_ms)


def _synced(group: ClassicGroup, member_id: str) -> Synced:
    return Synced(
        protocol_type=group.protocol_type,
        protocol=group.protocol,
        assignment=group.members[member_id].assignment,
    )
