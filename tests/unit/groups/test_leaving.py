"""LeaveGroup: by members, by administrators, many at once."""

from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import a_member, a_stable_group, beats, joins, leaves

from ottla.groups.answers import Joined
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.commands import Leaving
from ottla.model.errors import ErrorCode

GONE, UNKNOWN, FENCED = ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID


def test_from_a_group_that_is_not_there_nobody_can_go() -> None:
    assert Coordinator().ask(leaves("a", "b")) == (UNKNOWN, UNKNOWN)


def test_the_last_member_that_goes_leaves_an_empty_group() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert coordinator.ask(leaves("a")) == (GONE,)
    group = coordinator.reload().group()
    assert (group.state, group.generation, group.leader) == (ClassicGroupState.EMPTY, 2, None)


def test_the_others_must_join_again() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b")
    coordinator.ask(leaves("a"))
    assert coordinator.ask(beats("b", 1)) is ErrorCode.REBALANCE_IN_PROGRESS
    answer = coordinator.ask(joins("b"))
    assert (answer.generation, answer.leader) == (2, "b")


def test_a_stranger_changes_nothing() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert coordinator.ask(leaves("ghost")) == (UNKNOWN,)
    assert coordinator.group().state is ClassicGroupState.STABLE


def test_a_member_that_waits_hears_that_it_is_unknown() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b")
    waiting = coordinator.submit(joins("a"))
    assert coordinator.ask(leaves("a")) == (GONE,)
    assert coordinator.answers[waiting] == Joined(UNKNOWN)


def test_a_rebalance_ends_when_the_last_one_missing_goes() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b")
    waiting = coordinator.submit(joins("a"))
    coordinator.ask(leaves("b"))
    assert coordinator.answers[waiting].generation == 2


def test_an_initial_rebalance_is_not_cut_short_by_one_that_goes() -> None:
    coordinator = Coordinator()
    waiting = a_member(coordinator, "a")
    a_member(coordinator, "b")
    coordinator.ask(leaves("b"))
    assert waiting not in coordinator.answers


def test_when_all_go_in_the_initial_rebalance_the_group_is_empty_after_the_delay() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a")
    coordinator.ask(leaves("a"))
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE
    coordinator.advance(3_000)
    assert coordinator.group().state is ClassicGroupState.EMPTY


def test_a_pending_member_can_go() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(joins(fresh="b"))
    waiting = coordinator.submit(joins("a"))
    assert coordinator.ask(leaves("b")) == (GONE,)
    assert coordinator.answers[waiting].generation == 2


def test_an_administrator_removes_static_members_by_name() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b", "c", instances={"a": "ia", "b": "ib"})
    asked = leaves(Leaving("", "ia"), Leaving("", "nobody"), Leaving("", None), Leaving("b", "ib"))
    assert coordinator.ask(asked) == (GONE, UNKNOWN, UNKNOWN, GONE)
    assert [member.id for member in coordinator.group().all_members()] == ["c"]


def test_some_may_be_fenced_and_the_others_go() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b", instances={"a": "ia", "b": "ib"})
    assert coordinator.ask(leaves(Leaving("ghost", "ia"), Leaving("b", "ib"))) == (FENCED, GONE)
    assert [member.id for member in coordinator.group().all_members()] == ["a"]


def test_members_that_all_go_at_once_cost_one_rebalance() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b", "c")
    coordinator.ask(leaves("a", "b", "c"))
    assert (coordinator.group().generation, coordinator.group().state) == (2, ClassicGroupState.EMPTY)
