"""Which protocol (assignor) a generation uses: one that all members support, by vote."""

from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.member import Protocol


def supports(group: ClassicGroup, protocol_type: str, protocols: tuple[Protocol, ...]) -> bool:
    """Whether a member that speaks these can be in the group."""
    if group.is_in(ClassicGroupState.EMPTY):
        return bool(protocol_type and protocols)
    return group.protocol_type == protocol_type and any(
        group.supporters.get(name, 0) == len(group.members) for name, _ in protocols
    )


def select(group: ClassicGroup) -> str:
    """The candidate with most votes: each member gives one to the candidate that it likes best.

    A tie goes to the first by name; Kafka leaves it to its hash function.
    """
    members = group.all_members()
    assert members, "an empty group has no protocol"
    candidates = {name for name, count in group.supporters.sorted_items() if count == len(members)}
    votes = [member.vote(candidates) for member in members]
    return max(sorted(set(votes)), key=votes.count)
