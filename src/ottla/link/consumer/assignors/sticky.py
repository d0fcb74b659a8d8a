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
    readers = _readers(members)
    shares = {member.id: _Share() for member in sorted(members, key=lambda each: each.place)}
    for name, owner in owners.items():
        shares[owner].add(name)
    for topic, ids in readers.items():
        for index in range(partitions.get(topic, 0)):
            name = TopicPartition(topic, index)
            if name not in owners:
                shares[min(ids, key=lambda id_: shares[id_].size)].add(name)
    while _balance(shares, readers):
        continue
    return {id_: share.partitions for id_, share in shares.items()}


class _Share:
    """What one member gets."""

    def __init__(self) -> None:
        self.topics: dict[str, list[int]] = {}
        self.size = 0

    @property
    def partitions(self) -> list[TopicPartition]:
        return sorted(
            TopicPartition(topic, index) for topic, indexes in self.topics.items() for index in indexes
        )

    def add(self, name: TopicPartition) -> None:
        self.topics.setdefault(name.topic, []).append(name.partition)
        self.size += 1

    def take(self, topic: str) -> TopicPartition:
        self.size -= 1
        return TopicPartition(topic, self.topics[topic].pop())


def _readers(members: list[Member]) -> dict[str, list[str]]:
    """Who may have partitions of each topic, in their order."""
    circle = sorted(members, key=lambda member: member.place)
    topics = sorted({topic for member in members for topic in member.subscription.topics})
    return {
        topic: [member.id for member in circle if topic in member.subscription.topics] for topic in topics
    }


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


def _balance(shares: Mapping[str, _Share], readers: Mapping[str, list[str]]) -> bool:
    """Move one partition from who has most to one who has at least two fewer, if there are such."""
    for share in sorted(shares.values(), key=lambda each: each.size, reverse=True):
        for topic, indexes in sorted(share.topics.items(), reverse=True):
            poorest = min((shares[id_] for id_ in readers[topic]), key=lambda each: each.size)
            if indexes and poorest.size + 1 < share.size:
                poorest.add(share.take(topic))
                return True
    return False
