"""Offsets are committed, fetched and deleted: whether the group lets this one do it."""

from typing import assert_never

from ottla.groups import kept_rules
from ottla.groups.answers import Refused
from ottla.groups.classic.commit_rules import commit_refusal, offset_delete_refusal
from ottla.groups.classic.sessions import renew
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import CommitOffsets, DeleteOffsets, FetchOffsets, OffsetCommand
from ottla.groups.kept_group import KeptGroup, Kind
from ottla.groups.offsets.commit import commit
from ottla.groups.offsets.delete import delete
from ottla.groups.offsets.fetch import fetch, nothing_committed
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode

_GROUP_ID_NOT_FOUND_FROM = 9
_AnyGroup = ClassicGroup | KeptGroup | None


def on_offsets(step: Step, state: GroupState, soft: Soft, command: OffsetCommand) -> None:
    group = soft.find(state, command.group_id)
    match command:
        case CommitOffsets():
            _commit(step, group, command)
        case FetchOffsets():
            _fetch(step, state, group, command)
        case DeleteOffsets():
            _delete(step, state, group, command)
        case _:
            assert_never(command)


def _commit(step: Step, group: _AnyGroup, command: CommitOffsets) -> None:
    refusal = _commit_refusal(group, command)
    if refusal is not None:
        step.reply(command.ticket, refusal)
        return
    if isinstance(group, ClassicGroup):
        _keep_alive(step, group, command.member_id)
    commit(step, command)


def _keep_alive(step: Step, group: ClassicGroup, member_id: str) -> None:
    """A commit is a sign of life, as Kafka counts it."""
    member = group.members.get(member_id)
    if member is not None and not group.is_in(ClassicGroupState.COMPLETING_REBALANCE):
        renew(step, group.id, member)


def _commit_refusal(group: _AnyGroup, command: CommitOffsets) -> Refused | None:
    if isinstance(group, KeptGroup):
        return kept_rules.commit_refusal(group, command)
    if group is not None:
        error = commit_refusal(group, command)
        return None if error is None else Refused(error)
    if command.generation < 0:
        return None  # whoever manages its partitions itself makes a simple group
    if command.version >= _GROUP_ID_NOT_FOUND_FROM:
        return not_found(command.group_id)
    return Refused(ErrorCode.ILLEGAL_GENERATION)


def _fetch(step: Step, state: GroupState, group: _AnyGroup, command: FetchOffsets) -> None:
    if group is None or (isinstance(group, KeptGroup) and group.kind is Kind.SHARE):
        step.reply(command.ticket, nothing_committed(command.wanted))
        return
    refusal = kept_rules.fetch_refusal(group, command) if isinstance(group, KeptGroup) else None
    step.reply(command.ticket, fetch(state, command) if refusal is None else refusal)


def _delete(step: Step, state: GroupState, group: _AnyGroup, command: DeleteOffsets) -> None:
    if group is None:
        step.reply(command.ticket, not_found(command.group_id))
    elif isinstance(group, KeptGroup) and group.kind is Kind.SHARE:
        step.reply(command.ticket, kept_rules.not_a_consumer_group(command.group_id))
    elif isinstance(group, ClassicGroup) and (error := offset_delete_refusal(group)) is not None:
        step.reply(command.ticket, Refused(error))
    else:
        delete(step, state, command, group.is_subscribed_to)


def not_found(group_id: str) -> Refused:
    return Refused(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} not found.")
