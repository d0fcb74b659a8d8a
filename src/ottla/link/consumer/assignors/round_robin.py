"""`roundrobin`: all partitions of all topics are dealt out in turn."""

from collections.abc import Mapping

from ottla.link.consumer.assignors.member import Assignment, Member
from ottla.model.ids import TopicPartition


def assign_round_robin(members: list[Member], partitions: Mapping[str, int]) -> Assignment:
    """A member that doesn't read a topic is passed over for its partitions."""
    assignment: Assignment = {member.id: [] for member in members}
    circle = sorted(members, key=lambda member: member.place)
    at = 0
    for topic in sorted({topic for member in members for topic in member.subscription.topics}):
        for index in range(partitions.get(topic, 0)):
            while topic not in circle[at].subscription.topics:
                at = (at + 1) % len(circle)
            assignment[circle[at].id].append(TopicPartition(topic, index))
            at = (at + 1) % len(circle)
    return assignment
