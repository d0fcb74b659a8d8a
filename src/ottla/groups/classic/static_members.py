"""A static member that comes back without its id takes its own place again (KIP-345)."""

from ottla.groups.answers import Joined, Synced
from ottla.groups.classic.protocols import select
from ottla.groups.classic.rebalance import (
    complete_join_if_all_joined,
    members_for_leader,
    prepare_rebalance,
    rebalance_or_complete_join,
)
from ottla.groups.classic.sessions import end, renew
from ottla.groups.classic.waiting import answer_join, answer_sync, wait_for_join
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import JoinGroup
from ottla.groups.member import Member
from ottla.groups.records import group_metadata
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode

_S = ClassicGroupState


def replace_static_member(step: Step, group: ClassicGroup, command: JoinGroup, old: Member) -> ClassicGroup:
    """The one before is fenced. A stable group goes on as it is if the protocol can stay."""
    assert not group.is_in(_S.EMPTY), "an empty group has no static members"
    step.tell(
        f"Static member with groupInstanceId={old.instance_id} and unknown member id joins group {group.id} "
        f"in {group.state.value} state. Replacing previously mapped member {old.id} with this "
        "groupInstanceId."
    )
    old_leader = group.leader
    group = _fence(step, group, old).with_id_replaced(old, command.new_member_id)
    end(step, group.id, old.id)
    # As in Kafka: until the member is heard of again, the session timeout is the one it had before.
    renew(step, group.id, group.members[command.new_member_id])
    member = command.renewed(group.members[command.new_member_id])
    group = wait_for_join(step, group.with_changed(member), member.id, command.ticket)
    if group.is_in(_S.STABLE):
        if select(group) == group.protocol:
            return _keep_generation(step, group, command, member, old_leader)
        return rebalance_or_complete_join(
            step,
            group,
            f"Group's selectedProtocol will change because static member {member.id} with instance id "
            f"{member.instance_id} joined with change of protocol; client reason: {command.client_reason}",
        )
    if group.is_in(_S.COMPLETING_REBALANCE):
        # The leader may compute for the id before: whoever it assigns must be asked anew.
        return prepare_rebalance(
            step,
            group,
            f"Updating metadata for static member {member.id} with instance id {member.instance_id}; "
            f"client reason: {command.client_reason}",
        )
    return complete_join_if_all_joined(step, group)


def _fence(step: Step, group: ClassicGroup, old: Member) -> ClassicGroup:
    fenced = ErrorCode.FENCED_INSTANCE_ID
    group = answer_join(step, group, old.id, Joined(fenced, member_id=old.id))
    return answer_sync(step, group, old.id, Synced(fenced))


def _keep_generation(
    step: Step, group: ClassicGroup, command: JoinGroup, member: Member, old_leader: str | None
) -> ClassicGroup:
    """Nothing changes but the member's id, which is written.

    A leader is told to assign nothing (KIP-814); one that can't be told so is not told that it leads.
    """
    step.tell(
        "Static member which joins during Stable stage and doesn't affect the selected protocol will not "
        "trigger a rebalance."
    )
    step.write(group_metadata(group.id, group.metadata()))
    skips = command.supports_skipping_assignment
    leads = skips and group.leader == member.id
    return answer_join(
        step,
        group,
        member.id,
        Joined(
            member_id=member.id,
            generation=group.generation,
            protocol_type=group.protocol_type,
            protocol=group.protocol,
            leader=(group.leader if skips else old_leader) or "",
            members=members_for_leader(group) if leads else (),
            skip_assignment=leads,
        ),
    )
