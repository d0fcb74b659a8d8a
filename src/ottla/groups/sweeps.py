"""What walks over all groups of the shard, some at a time, so that nobody waits long."""

from collections.abc import Callable
from typing import assert_never

from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import ExpireOffsets, ForgetTopics, Sweep
from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.deletion import delete_group
from ottla.groups.kept_group import KeptGroup, Kind
from ottla.groups.offsets.delete import tombstones_of_topics
from ottla.groups.offsets.expire import Retention, expire
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import EXPIRY_TIMER, FORGET_TIMER, Step

_OFFSETS_PER_SLICE = 1_000
_GROUPS_PER_SLICE = 200


def sweep(step: Step, state: GroupState, soft: Soft, command: Sweep) -> Soft:
    """One slice of it; the soft state afterwards."""
    match command:
        case ExpireOffsets():
            return _expire_offsets(step, state, soft, command)
        case ForgetTopics():
            _forget_topics(step, state, command)
            return soft
        case _:
            assert_never(command)


def _expire_offsets(step: Step, state: GroupState, soft: Soft, command: ExpireOffsets) -> Soft:
    """Write tombstones for expired offsets, and for empty groups that have none left."""
    slice_, rest = _slice(state, command.rest)
    for group_id in slice_:
        group = soft.find(state, group_id)
        retention = None if group is None else _retention(group)
        if retention is None or not expire(step, state, group_id, retention):
            continue
        if _is_empty(group):
            soft = delete_group(step, state, soft, group_id)
    if rest:
        step.set_timer(EXPIRY_TIMER, 0, ExpireOffsets(rest))
    else:
        schedule_expiry(step)
    return soft


def schedule_expiry(step: Step) -> None:
    step.set_timer(EXPIRY_TIMER, step.config.offsets_retention_check_interval_ms, ExpireOffsets())


def _forget_topics(step: Step, state: GroupState, command: ForgetTopics) -> None:
    """Write tombstones for the offsets on deleted topics."""
    slice_, rest = _slice(state, command.rest)
    for group_id in slice_:
        step.write(*tombstones_of_topics(state, group_id, command.topics))
    if rest:
        step.set_timer((*FORGET_TIMER, command.topics), 0, ForgetTopics(command.topics, rest))


def _slice(state: GroupState, rest: tuple[str, ...] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The groups to look at now, and those for later. Groups that come meanwhile are of the next sweep."""
    if rest is None:
        rest = tuple(group_id for group_id, _ in state.groups.sorted_items())
    offsets = count = 0
    while count < len(rest) and count < _GROUPS_PER_SLICE and offsets < _OFFSETS_PER_SLICE:
        offsets += len(state.offsets_of(rest[count]))
        count += 1
    return rest[:count], rest[count:]


def _retention(group: ClassicGroup | KeptGroup) -> Retention | None:
    """None: nothing expires while the group is as it is."""
    if isinstance(group, KeptGroup):
        return None if group.kind is Kind.SHARE else Retention(_since_commit, group.is_subscribed_to)
    if group.protocol_type is None:
        return Retention(_since_commit, group.is_subscribed_to)
    if group.is_in(ClassicGroupState.EMPTY):
        return Retention(_since_empty(group.state_since_ms), group.is_subscribed_to)
    if (
        group.is_in(ClassicGroupState.STABLE)
        and group.uses_consumer_protocol
        and group.subscribed_topics is not None
    ):
        return Retention(_since_commit, group.is_subscribed_to)
    return None


def _since_commit(committed: CommittedOffset) -> int:
    return committed.committed_at_ms


def _since_empty(empty_since_ms: int | None) -> Callable[[CommittedOffset], int]:
    """Members may have read on without committing: their group's end counts, if it is known."""
    return _since_commit if empty_since_ms is None else lambda _: empty_since_ms


def _is_empty(group: ClassicGroup | KeptGroup | None) -> bool:
    if isinstance(group, KeptGroup):
        return group.is_empty
    return group is not None and group.is_in(ClassicGroupState.EMPTY)
