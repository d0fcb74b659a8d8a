"""What is deleted: offsets on request, groups, and what belonged to topics that are gone."""

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import TOPIC_ID, a_member, a_stable_group, commits, fetches, joins
from tests.unit.groups.transactions import commit, pending

from ottla.groups.answers import Refused
from ottla.groups.commands import DeletedTopic, DeleteGroup, DeleteOffsets, ForgetTopics
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.member import Protocol
from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO

OTHER_ID = bytes(15) + b"\x09"


def delete_offsets(coordinator: Coordinator, *partitions: tuple[str, int], group: str = "g") -> object:
    return coordinator.ask(lambda ticket: DeleteOffsets(ticket, group, partitions))


def delete_group(coordinator: Coordinator, group: str = "g") -> ErrorCode:
    answer: ErrorCode = coordinator.ask(lambda ticket: DeleteGroup(ticket, group))
    return answer


def forget(coordinator: Coordinator, topic_id: bytes, name: str = "t") -> None:
    coordinator.tell(ForgetTopics((DeletedTopic(topic_id, name),)))


def test_offsets_of_an_empty_group_go() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(1))
    assert delete_offsets(coordinator, ("t", 0), ("t", 1)) == (ErrorCode.NONE, ErrorCode.NONE)
    assert len(coordinator.log) == 2, "one tombstone"
    assert coordinator.reload().ask(fetches())[0].offset == -1


def test_of_a_group_that_is_not_there_nothing_can_go() -> None:
    refusal = Refused(ErrorCode.GROUP_ID_NOT_FOUND, "Group g not found.")
    assert delete_offsets(Coordinator(), ("t", 0)) == refusal


def test_what_consumers_are_subscribed_to_stays() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    for topic in ("t", "u"):
        coordinator.ask(commits(1, topic=topic, member_id="a", generation=1))
    answer = delete_offsets(coordinator, ("t", 0), ("u", 0))
    assert answer == (ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.NONE)
    assert [each.offset for each in coordinator.ask(fetches(("t", 0), ("u", 0)))] == [1, -1]


def test_what_other_kinds_of_members_read_is_not_known_so_that_nothing_goes() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "w", protocol_type="connect", protocols=(Protocol("p", b""),))
    coordinator.advance(3_000)
    assert delete_offsets(coordinator, ("t", 0)) == Refused(ErrorCode.NON_EMPTY_GROUP)


def test_what_is_pending_goes_with_the_offset() -> None:
    coordinator = Coordinator()
    pending(coordinator, producer_id=9, offset=5)
    assert delete_offsets(coordinator, ("t", 0)) == (ErrorCode.NONE,)
    commit(coordinator, producer_id=9)
    assert coordinator.ask(fetches(stable=True))[0].offset == -1


def test_an_empty_group_goes_with_its_offsets() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(commits(1, member_id="a", generation=1))
    coordinator.advance(10_000)
    pending(coordinator, producer_id=9, offset=5, topic="u")
    assert delete_group(coordinator) is ErrorCode.NONE
    state = coordinator.state
    assert len(state.groups) == len(state.offsets) == len(state.open_transactions) == len(state.pending) == 0
    assert delete_group(coordinator) is ErrorCode.GROUP_ID_NOT_FOUND


def test_a_group_with_members_stays() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert delete_group(coordinator) is ErrorCode.NON_EMPTY_GROUP
    a_member(coordinator, "b")
    assert delete_group(coordinator) is ErrorCode.NON_EMPTY_GROUP


def test_a_member_that_was_given_an_id_finds_the_group_gone() -> None:
    coordinator = Coordinator()
    coordinator.ask(joins(fresh="a"))
    assert delete_group(coordinator) is ErrorCode.NONE
    assert coordinator.ask(joins("a")).error is ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("committed_for", "deleted", "left"),
    [(TOPIC_ID, TOPIC_ID, -1), (TOPIC_ID, OTHER_ID, 1), (ZERO, OTHER_ID, -1)],
    ids=["same", "recreated", "unknown"],
)
def test_the_offsets_on_a_deleted_topic_go_but_not_those_on_its_successor(
    committed_for: bytes, deleted: bytes, left: int
) -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(1, topic_id=committed_for))
    forget(coordinator, deleted)
    assert coordinator.ask(fetches(("t", 0), topic_id=ZERO))[0].offset == left


def test_a_deleted_topic_is_forgotten_by_every_group_and_other_topics_are_not() -> None:
    coordinator = Coordinator()
    for group in (f"g{at:03}" for at in range(300)):
        coordinator.ask(commits(1, group=group))
        coordinator.ask(commits(1, group=group, topic="u"))
    pending(coordinator, producer_id=9, offset=5, group="g007")
    forget(coordinator, TOPIC_ID)
    coordinator.advance(0)
    assert {
        each.topic
        for group in coordinator.state.offsets.sorted_items()
        for each, _ in group[1].sorted_items()
    } == {"u"}
    assert len(coordinator.state.pending) == 0


def test_a_deletion_is_written_group_by_group() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(1))
    assert coordinator.state.groups["g"] == GroupMetadata()
    delete_group(coordinator)
    assert [value for _, value in coordinator.log[1:]] == [None, None]
