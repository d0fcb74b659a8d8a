"""JoinGroup: a member comes, comes back, or wants a rebalance."""

from dataclasses import replace

from ottla.groups.answers import Joined
from ottla.groups.classic.fencing import not_a_member
from ottla.groups.classic.protocols import supports
from ottla.groups.classic.rebalance import joined, rebalance_or_complete_join
from ottla.groups.classic.sessions import end, watch
from ottla.groups.classic.static_members import replace_static_member
from ottla.groups.classic.waiting import remove_member, wait_for_join
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import JoinGroup
from ottla.groups.member import Member
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode

_S = ClassicGroupState


def join(step: Step, group: ClassicGroup, command: JoinGroup) -> ClassicGroup:
    if not _accepts(group, command.member_id, step.config.group_max_size):
        return _turn_away(step, group, command)
    if not supports(group, command.protocol_type, command.protocols):
        return _refuse(step, group, command, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    if not command.member_id:
        return _new_member(step, group, command)
    if command.member_id in group.pending_join:
        return _pending_member(step, group, command)
    refusal = not_a_member(group, command.member_id, command.instance_id)
    if refusal is not None:
        return _refuse(step, group, command, refusal)
    return _known_member(step, group, command, group.members[command.member_id])


def _accepts(group: ClassicGroup, member_id: str, size_max: int) -> bool:
    """Whether there is room (group.max.size), which matters to members only while they have to join again."""
    match group.state:
        case _S.EMPTY:
            return True
        case _S.PREPARING_REBALANCE:
            # Those who wait count, so that a group above the limit loses those who come back last.
            return member_id in group.joining or len(group.joining) < size_max
        case _S.COMPLETING_REBALANCE | _S.STABLE:
            return member_id in group.members or len(group.members) < size_max


def _turn_away(step: Step, group: ClassicGroup, command: JoinGroup) -> ClassicGroup:
    step.reply(command.ticket, Joined(ErrorCode.GROUP_MAX_SIZE_REACHED))
    if command.member_id in group.members or command.member_id in group.pending_join:
        end(step, group.id, command.member_id)
        return remove_member(step, group, command.member_id)
    return group


def _refuse(step: Step, group: ClassicGroup, command: JoinGroup, error: ErrorCode) -> ClassicGroup:
    step.reply(command.ticket, Joined(error, member_id=command.member_id))
    return group


def _new_member(step: Step, group: ClassicGroup, command: JoinGroup) -> ClassicGroup:
    if command.instance_id is not None:
        known = group.static_members.get(command.instance_id)
        if known is not None:
            return replace_static_member(step, group, command, group.members[known])
    elif command.requires_known_member_id:
        return _give_id(step, group, command)
    return _add_member(step, group, command, command.new_member_id)


def _give_id(step: Step, group: ClassicGroup, command: JoinGroup) -> ClassicGroup:
    """The client must come back with its id, so that a lost answer leaves no ghost (KIP-394)."""
    member_id = command.new_member_id
    step.tell(
        f"Dynamic member with unknown member id joins group {group.id} in {group.state.value} state. "
        f"Created a new member id {member_id} and requesting the member to rejoin with this id."
    )
    watch(step, group.id, member_id, command.session_timeout_ms)
    step.reply(command.ticket, Joined(ErrorCode.MEMBER_ID_REQUIRED, member_id=member_id))
    return replace(group, pending_join=group.pending_join.set(member_id, None))


def _pending_member(step: Step, group: ClassicGroup, command: JoinGroup) -> ClassicGroup:
    if command.instance_id is not None:
        # No client does that: ids are given to dynamic members alone. Kafka fails without a better word.
        return _refuse(step, group, command, ErrorCode.UNKNOWN_SERVER_ERROR)
    return _add_member(step, group, command, command.member_id)


def _add_member(step: Step, group: ClassicGroup, command: JoinGroup, member_id: str) -> ClassicGroup:
    member = Member(
        id=member_id,
        instance_id=command.instance_id,
        client_id=command.client_id,
        client_host=command.client_host,
        rebalance_timeout_ms=command.rebalance_timeout_ms,
        session_timeout_ms=command.session_timeout_ms,
        protocols=command.protocols,
        is_new=True,
    )
    if group.is_initial_rebalance:
        group = replace(group, new_member_added=True)
    if not len(group.members):
        group = replace(group, protocol_type=command.protocol_type)
    group = wait_for_join(step, group.with_member(member), member_id, command.ticket)
    # A new member can't heartbeat yet, and a dead connection goes unnoticed while its request waits: it
    # comes again if it lives.
    watch(step, group.id, member_id, step.config.new_member_join_timeout_ms)
    return rebalance_or_complete_join(
        step,
        group,
        f"Adding new member {member_id} with group instance id {command.instance_id or 'null'}; "
        f"client reason: {command.client_reason}",
    )


def _known_member(step: Step, group: ClassicGroup, command: JoinGroup, member: Member) -> ClassicGroup:
    in_state, has_changed = f"during {group.state.value}", member.protocols != command.protocols
    if group.is_in(_S.EMPTY):
        return _refuse(step, group, command, ErrorCode.UNKNOWN_MEMBER_ID)
    if group.is_in(_S.PREPARING_REBALANCE):
        return _rejoin(step, group, command, member, f"Member {member.id} is joining group {in_state}")
    if group.is_in(_S.STABLE) and group.leader == member.id:
        # The leader may have seen a change that shows in no member, such as a topic that grew.
        return _rejoin(step, group, command, member, f"Leader {member.id} re-joining group {in_state}")
    if has_changed:
        return _rejoin(step, group, command, member, f"Updating metadata for member {member.id} {in_state}")
    # It has missed the answer to its last JoinGroup, or just asks again: it is in the generation.
    step.reply(command.ticket, joined(group, member))
    return group


def _rejoin(step: Step, group: ClassicGroup, command: JoinGroup, member: Member, reason: str) -> ClassicGroup:
    group = group.with_changed(command.renewed(member))
    group = wait_for_join(step, group, member.id, command.ticket)
    return rebalance_or_complete_join(step, group, f"{reason}; client reason: {command.client_reason}")
