"""A rebalance: wait until the members have joined again, then begin the next generation.

The rules return the group as it is afterwards; answers, timers and records go to the step.
"""

from dataclasses import replace

from ottla.groups.answers import Joined, JoinedMember, Synced
from ottla.groups.classic.protocols import select
from ottla.groups.classic.sessions import end, renew
from ottla.groups.classic.waiting import answer_join, answer_sync
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import InitialDelayOver, JoinTimedOut, SyncTimedOut
from ottla.groups.member import Member
from ottla.groups.records import group_metadata
from ottla.groups.step import Step, join_timer, sync_timer
from ottla.model.errors import ErrorCode

_S = ClassicGroupState
_NOBODY = ClassicGroup("").pending_sync


def rebalance_or_complete_join(step: Step, group: ClassicGroup, reason: str) -> ClassicGroup:
    """The membership has changed: begin a rebalance, or go on with the one that runs."""
    if group.is_in(_S.PREPARING_REBALANCE):
        return complete_join_if_all_joined(step, group)
    return prepare_rebalance(step, group, reason)


def prepare_rebalance(step: Step, group: ClassicGroup, reason: str) -> ClassicGroup:
    """All members must join again. An empty group waits first (group.initial.rebalance.delay.ms)."""
    if group.is_in(_S.COMPLETING_REBALANCE):
        group = _without_assignments(step, group)
    group = replace(group, pending_sync=_NOBODY)
    step.cancel_timer(sync_timer(group.id))
    is_initial = group.is_in(_S.EMPTY)
    group = group.moved_to(_S.PREPARING_REBALANCE, step.now.wall_ms)
    step.tell(
        f"Preparing to rebalance group {group.id} in state {group.state.value} with old generation "
        f"{group.generation} (reason: {reason})."
    )
    if is_initial:
        delay_ms = step.config.group_initial_rebalance_delay_ms
        _delay_initial(step, group, delay_ms, max(group.rebalance_timeout_ms - delay_ms, 0))
        return group
    if group.has_all_joined:
        return complete_join(step, group)
    step.set_timer(join_timer(group.id), group.rebalance_timeout_ms, JoinTimedOut(group.id, group.generation))
    return group


def initial_delay_over(step: Step, group: ClassicGroup, command: InitialDelayOver) -> ClassicGroup:
    """Wait on while members still come, but never longer than their rebalance timeout."""
    if not _is_of_this_rebalance(group, command.generation):
        return group
    if not group.new_member_added or command.remaining_ms == 0:
        return complete_join(step, group)
    delay_ms = min(step.config.group_initial_rebalance_delay_ms, command.remaining_ms)
    _delay_initial(step, group, delay_ms, max(command.remaining_ms - command.delay_ms, 0))
    return replace(group, new_member_added=False)


def join_timed_out(step: Step, group: ClassicGroup, command: JoinTimedOut) -> ClassicGroup:
    """The next generation begins without those who have not come."""
    return complete_join(step, group) if _is_of_this_rebalance(group, command.generation) else group


def _is_of_this_rebalance(group: ClassicGroup, generation: int) -> bool:
    """A timer may go off in the very turn that cancels it."""
    return group.is_in(_S.PREPARING_REBALANCE) and group.generation == generation


def _delay_initial(step: Step, group: ClassicGroup, delay_ms: int, remaining_ms: int) -> None:
    step.set_timer(
        join_timer(group.id), delay_ms, InitialDelayOver(group.id, group.generation, delay_ms, remaining_ms)
    )


def complete_join_if_all_joined(step: Step, group: ClassicGroup) -> ClassicGroup:
    """The initial rebalance ends with its delay, every other one as soon as everybody is there."""
    if not group.is_in(_S.PREPARING_REBALANCE) or group.is_initial_rebalance or not group.has_all_joined:
        return group
    return complete_join(step, group)


def complete_join(step: Step, group: ClassicGroup) -> ClassicGroup:
    """Begin the next generation with those who have joined, and static members, who may be late."""
    assert group.is_in(_S.PREPARING_REBALANCE), "a generation begins where a rebalance was prepared"
    step.cancel_timer(join_timer(group.id))
    group = _without_absent(step, group)
    if not len(group.members):
        return _become_empty(step, group)
    group, has_leader = _with_joined_leader(step, group)
    if not has_leader:
        # Only static members are left and none has come back: their sessions decide.
        step.tell(f"Group {group.id} could not complete rebalance because no members rejoined.")
        step.set_timer(
            join_timer(group.id), group.rebalance_timeout_ms, JoinTimedOut(group.id, group.generation)
        )
        return group
    return _begin_generation(step, group)


def _without_absent(step: Step, group: ClassicGroup) -> ClassicGroup:
    absent = [
        member.id for member in group.all_members() if not (member.is_static or member.id in group.joining)
    ]
    for member_id in absent:
        group = group.without(member_id)
        end(step, group.id, member_id)
    if absent:
        step.tell(f"Group {group.id} removed dynamic members who haven't joined: {absent}")
    return group


def _with_joined_leader(step: Step, group: ClassicGroup) -> tuple[ClassicGroup, bool]:
    """A leader that did not join again gives way to the first member that did."""
    assert group.leader is not None, "a group with members has a leader"
    if group.leader in group.joining:
        return group, True
    joined = group.joining.sorted_items()
    if not joined:
        return group, False
    leader, _ = joined[0]
    step.tell(
        f"Group leader [memberId: {group.leader}, groupInstanceId: "
        f"{group.members[group.leader].instance_id or 'None'}] failed to join before the rebalance timeout. "
        f"Member {leader} was elected as the new leader."
    )
    return replace(group, leader=leader), True


def _become_empty(step: Step, group: ClassicGroup) -> ClassicGroup:
    group = replace(group, generation=group.generation + 1, protocol=None, pending_sync=_NOBODY)
    group = group.with_subscribed_topics().moved_to(_S.EMPTY, step.now.wall_ms)
    step.tell(f"Group {group.id} with generation {group.generation} is now empty.")
    step.write(group_metadata(group.id, group.metadata()))
    return group


def _begin_generation(step: Step, group: ClassicGroup) -> ClassicGroup:
    group = replace(group, generation=group.generation + 1, protocol=select(group))
    group = group.with_subscribed_topics().moved_to(_S.COMPLETING_REBALANCE, step.now.wall_ms)
    step.tell(f"Stabilized group {group.id} generation {group.generation} with {len(group.members)} members.")
    pending_sync = _NOBODY
    for member in group.all_members():
        group = answer_join(step, group, member.id, joined(group, member))
        renew(step, group.id, member)
        if member.is_new:
            group = group.with_changed(replace(member, is_new=False))
        pending_sync = pending_sync.set(member.id, None)
    step.set_timer(sync_timer(group.id), group.rebalance_timeout_ms, SyncTimedOut(group.id, group.generation))
    return replace(group, pending_sync=pending_sync)


def joined(group: ClassicGroup, member: Member) -> Joined:
    """What a member of the generation is told; its leader hears of all members."""
    return Joined(
        member_id=member.id,
        generation=group.generation,
        protocol_type=group.protocol_type,
        protocol=group.protocol,
        leader=group.leader or "",
        members=members_for_leader(group) if group.leader == member.id else (),
    )


def members_for_leader(group: ClassicGroup) -> tuple[JoinedMember, ...]:
    return tuple(
        JoinedMember(member.id, member.instance_id, member.metadata(group.protocol))
        for member in group.all_members()
    )


def sync_timed_out(step: Step, group: ClassicGroup, command: SyncTimedOut) -> ClassicGroup:
    """Who has joined the generation but never asked for its assignment is out."""
    if group.generation != command.generation or not group.is_in(_S.COMPLETING_REBALANCE, _S.STABLE):
        return group
    late = [member_id for member_id, _ in group.pending_sync.sorted_items()]
    if not late:
        return group
    for member_id in late:
        group = group.without(member_id)
        end(step, group.id, member_id)
    return prepare_rebalance(step, group, f"Removing {late} on pending sync request expiration")


def _without_assignments(step: Step, group: ClassicGroup) -> ClassicGroup:
    """The assignment under way is void: whoever waits for it must join again."""
    for member in group.all_members():
        if member.id in group.syncing:
            group = answer_sync(step, group, member.id, Synced(ErrorCode.REBALANCE_IN_PROGRESS))
            renew(step, group.id, member)
        if member.assignment:
            group = group.with_changed(replace(member, assignment=b""))
    return group
