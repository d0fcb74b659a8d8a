"""A group of a kind that is not served here, kept as its records say.

An Apache Kafka node may have led the partition before, and may lead it again: nothing is lost, the group is
listed, and its offsets are served where that needs no member.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.wire.message import Message


class Kind(Enum):
    """The values are Kafka's names of the types, and in ListGroups those of the protocol types too."""

    CONSUMER = "consumer"
    SHARE = "share"
    STREAMS = "streams"


class Part(NamedTuple):
    """What one record tells of: its type, and the member or regular expression it is about (or nothing)."""

    type: int
    name: str = ""


class _Types(NamedTuple):
    """The record types of a kind, by what they tell."""

    epoch: int
    target: int
    member: int
    current: int
    stable: int
    """What `state` says in the current assignment of a member that has nothing left to do."""
    tombstones: tuple[tuple[int, bool], ...]
    """The order in which a group is deleted, as Kafka replays it; True: one for each member or name."""


_TYPES = {
    Kind.CONSUMER: _Types(
        3, 6, 5, 8, 0, ((8, True), (7, True), (6, False), (5, True), (16, True), (4, False), (3, False))
    ),
    Kind.SHARE: _Types(
        11, 12, 10, 14, 0, ((14, True), (13, True), (12, False), (10, True), (15, False), (11, False))
    ),
    Kind.STREAMS: _Types(
        17, 20, 19, 22, 1, ((22, True), (21, True), (20, False), (19, True), (17, False), (23, False))
    ),
}
_NO_PARTS: PersistentMap[Part, Message] = PersistentMap()
SHARE_STATE_PARTITIONS = Part(15)
_TOPOLOGY = Part(23)
KIND_OF_TYPE = {type_: kind for kind, types in _TYPES.items() for type_, _ in types.tombstones}


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """All records of the group that stand, by what they tell."""

    kind: Kind
    parts: PersistentMap[Part, Message] = _NO_PARTS

    def with_part(self, part: Part, value: Message) -> "KeptGroup":
        return KeptGroup(self.kind, self.parts.set(part, value))

    def without_part(self, part: Part) -> "KeptGroup":
        return KeptGroup(self.kind, self.parts.remove(part))

    @property
    def epoch_part(self) -> Part:
        """Whose tombstone ends the group."""
        return Part(_TYPES[self.kind].epoch)

    @property
    def members(self) -> list[str]:
        type_ = _TYPES[self.kind].member
        return [part.name for part, _ in self.parts.sorted_items() if part.type == type_]

    @property
    def is_empty(self) -> bool:
        return not self.members

    @property
    def state(self) -> str:
        """As ListGroups shows it, as far as the records say."""
        members = self.members
        if not members:
            return "Empty"
        if self.kind is Kind.SHARE:
            return "Stable"
        if self.kind is Kind.STREAMS and not self._topology_is_validated:
            return "NotReady"
        target_epoch = self._field(_TYPES[self.kind].target, "assignment_epoch")
        if self._field(_TYPES[self.kind].epoch, "epoch") > target_epoch:
            return "Assigning"
        reconciled = all(self._is_reconciled(member, target_epoch) for member in members)
        return "Stable" if reconciled else "Reconciling"

    def is_subscribed_to(self, topic: str) -> bool:
        values: list[Any] = [value for _, value in self.parts.sorted_items()]
        if self.kind is Kind.CONSUMER:
            return any(
                topic in getattr(value, "subscribed_topic_names", ()) or topic in getattr(value, "topics", ())
                for value in values
            )
        topology: Any = self.parts.get(_TOPOLOGY)
        if self.kind is Kind.SHARE or self.is_empty or topology is None:
            return False
        return any(
            topic in (*each.source_topics, *(source.name for source in each.repartition_source_topics))
            for each in topology.subtopologies
        )

    def member_epoch(self, member: str) -> int | None:
        """None for a stranger; 0 for a member that has no assignment yet."""
        if member not in self.members:
            return None
        current: Any = self.parts.get(Part(_TYPES[self.kind].current, member))
        return 0 if current is None else int(current.member_epoch)

    def uses_classic_protocol(self, member: str) -> bool:
        metadata: Any = self.parts.get(Part(_TYPES[self.kind].member, member))
        return getattr(metadata, "classic_member_metadata", None) is not None

    def parts_to_delete(self) -> list[Part]:
        """Whose tombstones delete the group, in the order that Kafka's replay wants."""
        doomed: list[Part] = []
        present = [part for part, _ in self.parts.sorted_items()]
        for type_, named in _TYPES[self.kind].tombstones:
            doomed += [part for part in present if part.type == type_] if named else [Part(type_)]
        return doomed

    @property
    def _topology_is_validated(self) -> bool:
        topology: Any = self.parts.get(_TOPOLOGY)
        return topology is not None and topology.epoch == self._field(
            _TYPES[self.kind].epoch, "validated_topology_epoch"
        )

    def _is_reconciled(self, member: str, target_epoch: int) -> bool:
        types = _TYPES[self.kind]
        current: Any = self.parts.get(Part(types.current, member))
        return current is not None and current.state == types.stable and current.member_epoch == target_epoch

    def _field(self, type_: int, name: str) -> int:
        value = self.parts.get(Part(type_))
        return 0 if value is None else int(getattr(value, name))
