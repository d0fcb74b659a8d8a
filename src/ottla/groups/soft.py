"""What dies with the coordinator: classic groups as they are in memory."""

from dataclasses import dataclass

from ottla.groups.classic.waiting import forget_tickets
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.kept_group import KeptGroup
from ottla.groups.state import GroupState
from ottla.machine.maps import PersistentMap
from ottla.model.ids import Ticket

_NO_GROUPS: PersistentMap[str, ClassicGroup] = PersistentMap()


@dataclass(frozen=True, slots=True)
class Soft:
    """Every classic group with members, or with somebody who is to become one, is here.

    The others are what their record says, so that many empty groups cost little.
    """

    groups: PersistentMap[str, ClassicGroup] = _NO_GROUPS

    def find(self, state: GroupState, group_id: str) -> ClassicGroup | KeptGroup | None:
        group = self.groups.get(group_id)
        if group is not None:
            return group
        durable = state.groups.get(group_id)
        return ClassicGroup.loaded(group_id, durable) if isinstance(durable, GroupMetadata) else durable

    def keep(self, group: ClassicGroup) -> "Soft":
        if group.is_in(ClassicGroupState.EMPTY) and not len(group.pending_join):
            return self.drop(group.id)
        return Soft(self.groups.set(group.id, group))

    def drop(self, group_id: str) -> "Soft":
        return Soft(self.groups.remove(group_id)) if group_id in self.groups else self

    def forget(self, tickets: frozenset[Ticket]) -> "Soft":
        """Without requests that were answered with an error."""
        groups = self.groups
        for group_id, group in self.groups.sorted_items():
            forgotten = forget_tickets(group, tickets)
            if forgotten is not group:
                groups = groups.set(group_id, forgotten)
        return Soft(groups)
