"""`sticky` and `cooperative-sticky`: as even as can be, and who has a partition keeps it (KIP-54, KIP-429).

What members own they say themselves, with the generation they had it in: the latest claim holds, and two
claims of one generation cancel each other.
"""

from collections.abc import Mapping
from dataclasses import replace

from ottla.link.consumer.assignors.member import Assignment, Member
from ottla.link.consumer.assignors.sticky_user_data import with_memory
from ottla.model.ids import TopicPartition


def assign_sticky(members: list[Member], partitions: Mapping[str, int]) -> Assignment:
    """Fair first, then with the fewest moves."""
    remembering = [replace(member, subscription=with_memory(member.subscription)) for member in members]
    return _assign(remembering, partitions)


def assign_cooperatively(members: list[Member], partitions: Mapping[str, int]) -> Assignment:
    """As `sticky`, but what changes hands is given to nobody yet: its owner must let go of it first."""
    owners = _claims(members, partitions)
    return {
        id_: [name for name in names if owners.get(name, id_) == id_]
        for id_, names in _assign(members, partitions).items()
    }


def _assign(members: list[Member], partitions: Mapping[str, int]) -> Assignment:
    owners = _claims(members, partitions)
    readers = _readers(members, partitions)
    assignment: Assignment = {member.id: [] for member in sorted(members, key=lambda each: each.place)}
    for name, owner in owners.items():
        assignment[owner].append(name)
    for name, ids in readers.items():
        if name not in owners and ids:
            assignment[min(ids, key=lambda id_: len(assignment[id_]))].append(name)
    _balance(assignment, readers)
    return {id_: sorted(names) for id_, names in assignment.items()}


def _readers(members: list[Member], partitions: Mapping[str, int]) -> dict[TopicPartition, list[str]]:
    """Who may have each partition, in their order."""
    circle = sorted(members, key=lambda member: member.place)
    topics = sorted({topic for member in members for topic in member.subscription.topics})
    found = {}
    for topic in topics:
        ids = [member.id for member in circle if topic in member.subscription.topics]
        for index in range(partitions.get(topic, 0)):
            found[TopicPartition(topic, index)] = ids
    return found


def _claims(members: list[Member], partitions: Mapping[str, int]) -> dict[TopicPartition, str]:
    """Who owns what, as far as it is undisputed and still wanted."""
    latest: dict[TopicPartition, tuple[int, str | None]] = {}
    for member in members:
        wanted, generation = member.subscription.topics, member.subscription.generation
        for name in member.subscription.owned:
            if name.topic not in wanted or name.partition >= partitions.get(name.topic, 0):
                continue
            known = latest.get(name)
            if known is None or generation > known[0]:
                latest[name] = generation, member.id
            elif generation == known[0]:
                latest[name] = generation, None
    return {name: owner for name, (_, owner) in sorted(latest.items()) if owner is not None}


def _balance(assignment: Assignment, readers: dict[TopicPartition, list[str]]) -> None:
    """Move partitions to those who have at least two fewer, until nobody has."""
    moved = True
    while moved:
        moved = False
        for id_ in sorted(assignment, key=lambda each: len(assignment[each]), reverse=True):
            for name in sorted(assignment[id_], reverse=True):
                poorest = min(readers[name], key=lambda each: len(assignment[each]))
                if len(assignment[poorest]) + 1 < len(assignment[id_]):
                    assignment[id_].remove(name)
                    assignment[poorest].append(name)
                    moved = True
