"""A group is deleted, or gives way to one of another kind."""

from ottla.groups.kept_group import KeptGroup
from ottla.groups.records import group_tombstone, kept_tombstone
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import Step


def delete_group(step: Step, state: GroupState, soft: Soft, group_id: str) -> Soft:
    """Write the group's tombstones; its offsets have theirs. The caller knows it to be empty."""
    durable = state.groups.get(group_id)
    if isinstance(durable, KeptGroup):
        step.write(*(kept_tombstone(group_id, part) for part in durable.parts_to_delete()))
    else:
        step.write(group_tombstone(group_id))
    return soft.drop(group_id)
