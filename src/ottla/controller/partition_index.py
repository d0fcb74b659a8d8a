"""Which partitions a broker leads, has in sync, or holds in a directory.

A persistent map from a role to the partitions in it, kept up to date by replay.
"""

from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.partitions import NO_LEADER, Partition
from ottla.model.uuid import Uuid, is_reserved


class PartitionKey(NamedTuple):
    """One partition, by the id of its topic."""

    topic_id: Uuid
    partition_id: int


Role = Hashable
LEADERLESS: Final[Role] = "leaderless"
NOT_PREFERRED: Final[Role] = "not led by the preferred replica"
REASSIGNING: Final[Role] = "reassigning"


def led_by(broker_id: int) -> Role:
    return ("led by", broker_id)


def in_isr(broker_id: int) -> Role:
    return ("in the ISR", broker_id)


def in_elr(broker_id: int) -> Role:
    return ("in the ELR", broker_id)


def on_directory(directory: Uuid) -> Role:
    return ("on directory", directory)


_NONE: PersistentMap[PartitionKey, None] = PersistentMap()


class PartitionIndex(NamedTuple):
    """Partitions by role. A role without any has no entry."""

    roles: PersistentMap[Role, PersistentMap[PartitionKey, None]] = PersistentMap()

    def any(self, role: Role) -> bool:
        return role in self.roles

    def sorted(self, role: Role) -> list[PartitionKey]:
        """By topic id, then partition."""
        return [key for key, _ in self.roles.get(role, _NONE).sorted_items()]

    def moved(self, key: PartitionKey, before: Partition | None, after: Partition | None) -> "PartitionIndex":
        """The index after a partition changed, came (no `before`) or went (no `after`)."""
        old = [] if before is None else list(_roles_of(before))
        new = [] if after is None else list(_roles_of(after))
        roles = self.roles
        for role in old:
            if role not in new:
                left = roles[role].remove(key)
                roles = roles.set(role, left) if left else roles.remove(role)
        for role in new:
            if role not in old:
                roles = roles.set(role, roles.get(role, _NONE).set(key, None))
        return PartitionIndex(roles)


def _roles_of(partition: Partition) -> Iterator[Role]:
    yield LEADERLESS if partition.leader == NO_LEADER else led_by(partition.leader)
    if partition.leader != partition.preferred_leader:
        yield NOT_PREFERRED
    if partition.is_reassigning:
        yield REASSIGNING
    yield from map(in_isr, partition.isr)
    yield from map(in_elr, partition.elr)
    for directory in dict.fromkeys(partition.directories):
        if not is_reserved(directory):
            yield on_directory(directory)
