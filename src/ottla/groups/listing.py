"""ListGroups: all groups of the shard that pass the filters."""

from ottla.groups.answers import ListedGroup
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.commands import ListGroups
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.kept_group import KeptGroup
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState

_NAMES_IN_FILTERS = {"NotReady": "not_ready"}
"""Kafka compares states in lower case, and this one besides in its own spelling."""


def list_groups(state: GroupState, soft: Soft, command: ListGroups) -> tuple[ListedGroup, ...]:
    """By group id. Filters know no case; a name that is none lets nothing through."""
    states = {name.lower().strip() for name in command.states}
    types = {name.lower() for name in command.types}
    listed = [_listed(group_id, group, soft) for group_id, group in state.groups.sorted_items()]
    return tuple(
        group
        for group in listed
        if (not states or _NAMES_IN_FILTERS.get(group.state, group.state.lower()) in states)
        and (not types or group.type in types)
    )


def _listed(group_id: str, durable: GroupMetadata | KeptGroup, soft: Soft) -> ListedGroup:
    if isinstance(durable, KeptGroup):
        return ListedGroup(group_id, durable.kind.value, durable.state, durable.kind.value)
    group = soft.groups.get(group_id)
    if group is None:
        return ListedGroup(group_id, durable.protocol_type or "", ClassicGroupState.EMPTY.value, "classic")
    return ListedGroup(group_id, group.protocol_type or "", group.state.value, "classic")
