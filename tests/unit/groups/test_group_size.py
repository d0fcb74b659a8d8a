"""group.max.size: who is let in, and who is out when it was lowered."""

from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import RANGE, a_member, a_stable_group, joins

from ottla.groups.answers import Joined
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.config import GroupsConfig
from ottla.groups.member import Protocol
from ottla.model.errors import ErrorCode

FULL = ErrorCode.GROUP_MAX_SIZE_REACHED
OTHER = (Protocol("range", b"other"),)


def of_two() -> Coordinator:
    return Coordinator(GroupsConfig(group_max_size=2))


def test_a_full_group_takes_nobody() -> None:
    coordinator = of_two()
    a_stable_group(coordinator, "a", "b")
    assert coordinator.ask(joins(fresh="c")) == Joined(FULL)
    assert coordinator.ask(joins(fresh="c", instance="ic")) == Joined(FULL)
    assert coordinator.group().state is ClassicGroupState.STABLE


def test_members_of_a_full_group_are_always_let_in() -> None:
    coordinator = of_two()
    a_stable_group(coordinator, "a", "b")
    coordinator.submit(joins("b", protocols=OTHER))
    assert coordinator.ask(joins("a")).generation == 2


def test_whoever_got_an_id_in_time_may_still_find_the_group_full() -> None:
    coordinator = of_two()
    for name in "abc":
        assert coordinator.ask(joins(fresh=name)).error is ErrorCode.MEMBER_ID_REQUIRED
    first = [coordinator.submit(joins(name)) for name in "ab"]
    assert coordinator.ask(joins("c")) == Joined(FULL)
    coordinator.advance(6_000)
    assert [coordinator.answers[ticket].generation for ticket in first] == [1, 1]


def test_a_static_member_finds_its_place_in_a_full_group_only_by_its_id() -> None:
    coordinator = of_two()
    generation = a_stable_group(coordinator, "a", "b", instances={"b": "ib"})
    # As in Kafka, which asks for room before it asks who that is.
    assert coordinator.ask(joins(fresh="b2", instance="ib")) == Joined(FULL)
    assert coordinator.ask(joins("b", instance="ib")).generation == generation


def test_a_group_above_the_limit_rebalances_when_it_is_loaded_and_loses_the_last() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b", "c")
    other = coordinator.reload(GroupsConfig(group_max_size=2))
    assert other.group().state is ClassicGroupState.PREPARING_REBALANCE
    tickets = [other.submit(joins(name)) for name in "ab"]
    assert other.ask(joins("c")) == Joined(FULL)
    other.advance(60_000)
    assert [other.answers[ticket].generation for ticket in tickets] == [2, 2]
    assert [member.id for member in other.group().all_members()] == ["a", "b"]


def test_who_is_turned_away_was_not_counted() -> None:
    coordinator = of_two()
    a_member(coordinator, "a")
    a_member(coordinator, "b")
    coordinator.ask(joins(fresh="c", protocols=RANGE))
    coordinator.advance(6_000)
    assert len(coordinator.group().members) == 2
