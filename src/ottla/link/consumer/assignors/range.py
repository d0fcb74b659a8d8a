"""`range`: per topic, each member gets a run of neighbouring partitions."""

from collections.abc import Mapping

from ottla.link.consumer.assignors.member import Assignment, Member
from ottla.model.ids import TopicPartition


def assign_range(members: list[Member], partitions: Mapping[str, int]) -> Assignment:
    """The first members get one more where a topic can't be shared evenly."""
    assignment: Assignment = {member.id: [] for member in members}
    for topic in sorted({topic for member in members for topic in member.subscription.topics}):
        readers = sorted(
            (member for member in members if topic in member.subscription.topics), key=lambda each: each.place
        )
        share, more = divmod(partitions.get(topic, 0), len(readers))
        start = 0
        for index, member in enumerate(readers):
            end = start + share + (index < more)
            assignment[member.id] += [TopicPartition(topic, each) for each in range(start, end)]
            start = end
    return assignment
