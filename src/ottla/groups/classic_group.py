"""A classic group as the coordinator keeps it in memory: a value, with what a rebalance under way needs.

Of all this only `GroupMetadata` is written, once the members have agreed on a generation; the rest dies with
the coordinator, and the members begin anew.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ottla.groups.consumer_subscription import topics_subscribed_to
from ottla.groups.group_metadata import GroupMetadata, MemberMetadata
from ottla.groups.member import Member, Protocol
from ottla.machine.maps import PersistentMap
from ottla.model.ids import Ticket

CONSUMER_PROTOCOL_TYPE = "consumer"
_EMPTY: PersistentMap[Any, Any] = PersistentMap()
MemberIds = PersistentMap[str, None]
Tickets = PersistentMap[str, Ticket]
"""By member id."""


class ClassicGroupState(Enum):
    """The values are Kafka's names of the group's states."""

    EMPTY = "Empty"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    STABLE = "Stable"


_BEFORE = {
    ClassicGroupState.EMPTY: (ClassicGroupState.PREPARING_REBALANCE,),
    ClassicGroupState.PREPARING_REBALANCE: (
        ClassicGroupState.STABLE,
        ClassicGroupState.COMPLETING_REBALANCE,
        ClassicGroupState.EMPTY,
    ),
    ClassicGroupState.COMPLETING_REBALANCE: (ClassicGroupState.PREPARING_REBALANCE,),
    ClassicGroupState.STABLE: (ClassicGroupState.COMPLETING_REBALANCE,),
}


@dataclass(frozen=True, slots=True)
class ClassicGroup:
    """All fields are persistent: an older value stays as it was."""

    id: str
    state: ClassicGroupState = ClassicGroupState.EMPTY
    previous_state: ClassicGroupState | None = None
    state_since_ms: int | None = None
    """Wall-clock time; unknown for a group that was loaded from an old record."""
    protocol_type: str | None = None
    protocol: str | None = None
    generation: int = 0
    leader: str | None = None
    members: PersistentMap[str, Member] = _EMPTY
    static_members: PersistentMap[str, str] = _EMPTY
    """Member ids by instance id."""
    supporters: PersistentMap[str, int] = _EMPTY
    """How many members support each protocol."""
    joining: Tickets = _EMPTY
    """Members whose JoinGroup waits for the next generation."""
    syncing: Tickets = _EMPTY
    """Members whose SyncGroup waits for the leader's assignments."""
    pending_join: MemberIds = _EMPTY
    """Ids given to new members that have not come back with them."""
    pending_sync: MemberIds = _EMPTY
    """Members of the generation that have not sent SyncGroup yet."""
    subscribed_topics: frozenset[str] | None = None
    """Of the generation; None where the members speak no consumer protocol that could be read."""
    new_member_added: bool = False
    """Since the last wait of the initial rebalance, which then waits on."""

    @classmethod
    def loaded(cls, group_id: str, metadata: GroupMetadata) -> "ClassicGroup":
        """The group as its record tells it."""
        group = cls(
            group_id,
            state=ClassicGroupState.STABLE if metadata.members else ClassicGroupState.EMPTY,
            state_since_ms=metadata.state_since_ms,
            protocol_type=metadata.protocol_type,
            protocol=metadata.protocol,
            generation=metadata.generation,
            leader=metadata.leader if metadata.leader in {member.id for member in metadata.members} else None,
        )
        for member in metadata.members:
            protocols = (Protocol(metadata.protocol or "", member.subscription),)
            group = group.with_member(
                Member(
                    id=member.id,
                    instance_id=member.instance_id,
                    client_id=member.client_id,
                    client_host=member.client_host,
                    rebalance_timeout_ms=member.rebalance_timeout_ms,
                    session_timeout_ms=member.session_timeout_ms,
                    protocols=protocols,
                    assignment=member.assignment,
                )
            )
        return group.with_subscribed_topics()

    def metadata(self) -> GroupMetadata:
        """What is written of the group."""
        return GroupMetadata(
            protocol_type=self.protocol_type,
            protocol=self.protocol,
            generation=self.generation,
            leader=self.leader,
            state_since_ms=self.state_since_ms,
            members=tuple(_member_metadata(member, self.protocol) for member in self.all_members()),
        )

    # Questions

    def all_members(self) -> list[Member]:
        """By member id."""
        return [member for _, member in self.members.sorted_items()]

    def is_in(self, *states: ClassicGroupState) -> bool:
        return self.state in states

    @property
    def is_initial_rebalance(self) -> bool:
        return (
            self.state is ClassicGroupState.PREPARING_REBALANCE
            and self.previous_state is ClassicGroupState.EMPTY
        )

    @property
    def has_all_joined(self) -> bool:
        return len(self.joining) == len(self.members) and not len(self.pending_join)

    @property
    def rebalance_timeout_ms(self) -> int:
        """The longest that any member asks for."""
        return max((member.rebalance_timeout_ms for member in self.all_members()), default=0)

    @property
    def uses_consumer_protocol(self) -> bool:
        return self.protocol_type == CONSUMER_PROTOCOL_TYPE

    def is_subscribed_to(self, topic: str) -> bool:
        """Unless it is known better, a group of consumers is subscribed to everything."""
        if self.subscribed_topics is None:
            return self.uses_consumer_protocol
        return topic in self.subscribed_topics

    # Changes

    def with_member(self, member: Member) -> "ClassicGroup":
        """With a new member, who leads where nobody does."""
        assert member.id not in self.members, "a member joins once"
        static = self.static_members
        if member.instance_id is not None:
            assert member.instance_id not in static, "an instance has one member"
            static = static.set(member.instance_id, member.id)
        return replace(
            self,
            leader=self.leader if self.leader is not None else member.id,
            members=self.members.set(member.id, member),
            static_members=static,
            supporters=_counted(self.supporters, member, 1),
            pending_join=self.pending_join.remove(member.id),
        )

    def with_changed(self, member: Member) -> "ClassicGroup":
        """A member that is there already, as it is now."""
        supporters = _counted(_counted(self.supporters, self.members[member.id], -1), member, 1)
        return replace(self, members=self.members.set(member.id, member), supporters=supporters)

    def without(self, member_id: str) -> "ClassicGroup":
        """Without a member, or one that was to join. Whoever removes one that waits answers it first."""
        assert member_id not in self.joining, "a member that waits is answered before it goes"
        assert member_id not in self.syncing, "a member that waits is answered before it goes"
        group, member = self, self.members.get(member_id)
        if member is not None:
            static = self.static_members
            if member.instance_id is not None:
                static = static.remove(member.instance_id)
            group = replace(
                self,
                members=self.members.remove(member_id),
                static_members=static,
                supporters=_counted(self.supporters, member, -1),
            )
        if group.leader == member_id:
            rest = group.all_members()
            group = replace(group, leader=rest[0].id if rest else None)
        return replace(
            group,
            pending_join=group.pending_join.remove(member_id),
            pending_sync=group.pending_sync.remove(member_id),
        )

    def with_id_replaced(self, old: Member, new_id: str) -> "ClassicGroup":
        """A static member came back: it is another one now, in the same place."""
        assert old.instance_id is not None, "only static members come back"
        assert old.id not in self.joining, "the old one has been answered"
        assert old.id not in self.syncing, "the old one has been answered"
        pending_sync = self.pending_sync
        if old.id in pending_sync:
            pending_sync = pending_sync.remove(old.id).set(new_id, None)
        return replace(
            self,
            members=self.members.remove(old.id).set(new_id, replace(old, id=new_id, is_new=False)),
            static_members=self.static_members.set(old.instance_id, new_id),
            leader=new_id if self.leader == old.id else self.leader,
            pending_sync=pending_sync,
        )

    def with_subscribed_topics(self) -> "ClassicGroup":
        """With what the members, as they are now, are subscribed to."""
        return replace(self, subscribed_topics=self._subscribed_topics())

    def moved_to(self, state: ClassicGroupState, wall_ms: int) -> "ClassicGroup":
        assert self.state in _BEFORE[state], f"group {self.id} can't go from {self.state} to {state}"
        return replace(self, state=state, previous_state=self.state, state_since_ms=wall_ms)

    def _subscribed_topics(self) -> frozenset[str] | None:
        if not self.uses_consumer_protocol:
            return None
        members = self.all_members()
        if members and self.protocol is None:
            return None
        found: set[str] = set()
        for member in members:
            topics = topics_subscribed_to(member.metadata(self.protocol))
            if topics is None:
                return None
            found.update(topics)
        return frozenset(found)


def _counted(supporters: PersistentMap[str, int], member: Member, by: int) -> PersistentMap[str, int]:
    for name, _ in member.protocols:
        count = supporters.get(name, 0) + by
        supporters = supporters.set(name, count) if count else supporters.remove(name)
    return supporters


def _member_metadata(member: Member, protocol: str | None) -> MemberMetadata:
    return MemberMetadata(
        id=member.id,
        instance_id=member.instance_id,
        client_id=member.client_id,
        client_host=member.client_host,
        rebalance_timeout_ms=member.rebalance_timeout_ms,
        session_timeout_ms=member.session_timeout_ms,
        subscription=member.metadata(protocol),
        assignment=member.assignment,
    )
