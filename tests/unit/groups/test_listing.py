"""ListGroups and DescribeGroups: groups in Kafka's words."""

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import a_member, a_stable_group, commits, joins, subscription

from ottla.groups.answers import DescribedGroup, DescribedMember, ListedGroup, Refused
from ottla.groups.commands import DescribeGroup, ListGroups
from ottla.model.errors import ErrorCode


def some_groups() -> Coordinator:
    coordinator = Coordinator()
    coordinator.ask(commits(group="simple"))
    a_stable_group(coordinator, "a", group="stable", session_ms=100_000)
    a_member(coordinator, "b", group="completing")
    coordinator.advance(3_000)
    a_member(coordinator, "c", group="preparing", protocol_type="connect")
    return coordinator


def listed(
    coordinator: Coordinator, states: set[str] | None = None, types: set[str] | None = None
) -> list[str]:
    groups = coordinator.ask(
        lambda ticket: ListGroups(ticket, frozenset(states or ()), frozenset(types or ()))
    )
    return [group.id for group in groups]


def described(coordinator: Coordinator, group: str) -> object:
    return coordinator.ask(lambda ticket: DescribeGroup(ticket, group))


def test_all_groups_are_listed_with_protocol_type_state_and_type() -> None:
    assert some_groups().ask(ListGroups) == (
        ListedGroup("completing", "consumer", "CompletingRebalance", "classic"),
        ListedGroup("preparing", "connect", "PreparingRebalance", "classic"),
        ListedGroup("simple", "", "Empty", "classic"),
        ListedGroup("stable", "consumer", "Stable", "classic"),
    )


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ({"Stable"}, ["stable"]),
        ({"sTABLE", " empty "}, ["simple", "stable"]),
        ({"completingrebalance"}, ["completing"]),
        ({"Dead"}, []),
        ({"Nonsense"}, []),
    ],
)
def test_states_filter_without_regard_to_case(states: set[str], found: list[str]) -> None:
    assert listed(some_groups(), states) == found


@pytest.mark.parametrize(("types", "count"), [({"Classic"}, 4), ({"consumer"}, 0), ({"nonsense"}, 0)])
def test_types_filter_without_regard_to_case(types: set[str], count: int) -> None:
    assert len(listed(some_groups(), types=types)) == count


def test_both_filters_must_let_a_group_through() -> None:
    assert listed(some_groups(), {"stable"}, {"classic", "share"}) == ["stable"]
    assert listed(some_groups(), {"stable"}, {"share"}) == []


def test_a_stable_group_is_described_with_all_that_its_members_said_and_got() -> None:
    member = DescribedMember("a", None, "client", "/127.0.0.1", subscription("t"), b"a")
    expected = DescribedGroup("stable", "Stable", "consumer", "range", (member,))
    assert described(some_groups(), "stable") == expected


def test_before_it_is_stable_a_group_has_no_protocol_and_its_members_no_metadata() -> None:
    member = DescribedMember("b", None, "client", "/127.0.0.1", b"", b"")
    expected = DescribedGroup("completing", "CompletingRebalance", "consumer", "", (member,))
    assert described(some_groups(), "completing") == expected


def test_a_simple_group_is_described_as_empty() -> None:
    assert described(some_groups(), "simple") == DescribedGroup("simple", "Empty", "", "", ())


def test_a_group_that_is_not_there_is_told_so() -> None:
    refusal = Refused(ErrorCode.GROUP_ID_NOT_FOUND, "Group nowhere not found.")
    assert described(some_groups(), "nowhere") == refusal


def test_a_static_member_is_described_by_its_instance() -> None:
    coordinator = Coordinator()
    coordinator.submit(joins(fresh="a", instance="ia"))
    answer = described(coordinator, "g")
    assert isinstance(answer, DescribedGroup)
    assert answer.members[0].instance_id == "ia"
