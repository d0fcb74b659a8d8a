"""JoinGroup in every state of the group, by strangers, new members and members."""

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import (
    RANGE,
    a_member,
    a_stable_group,
    beats,
    commits,
    joins,
    subscription,
    sync_all,
    syncs,
)

from ottla.groups.answers import Joined, Synced
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.config import GroupsConfig
from ottla.groups.member import Protocol
from ottla.model.errors import ErrorCode

OTHER = (Protocol("range", subscription("other")),)


def test_a_member_id_from_another_time_makes_no_group() -> None:
    coordinator = Coordinator()
    assert coordinator.ask(joins("ghost")) == Joined(ErrorCode.UNKNOWN_MEMBER_ID, "ghost")
    assert "g" not in coordinator.state.groups


def test_a_stranger_s_id_is_unknown_in_a_group_that_is_there() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert coordinator.ask(joins("ghost")) == Joined(ErrorCode.UNKNOWN_MEMBER_ID, "ghost")


def test_a_member_of_an_empty_group_is_unknown() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits())
    assert coordinator.ask(joins("ghost")).error is ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("protocol_type", "protocols"), [("", RANGE), ("consumer", ()), ("", ())], ids=["type", "list", "both"]
)
def test_a_first_member_must_say_what_it_speaks(protocol_type: str, protocols: tuple[Protocol, ...]) -> None:
    coordinator = Coordinator()
    answer = coordinator.ask(joins(protocol_type=protocol_type, protocols=protocols))
    assert answer == Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    assert "g" in coordinator.state.groups, "Kafka makes the group all the same"


@pytest.mark.parametrize(
    ("protocol_type", "protocols"),
    [("connect", RANGE), ("consumer", (Protocol("sticky", b""),))],
    ids=["type", "protocol"],
)
def test_whoever_speaks_what_the_others_don_t_stays_outside(
    protocol_type: str, protocols: tuple[Protocol, ...]
) -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    answer = coordinator.ask(joins(protocol_type=protocol_type, protocols=protocols))
    assert answer == Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)


def test_a_member_that_forgets_its_protocols_keeps_its_id_in_the_refusal() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    answer = coordinator.ask(joins("a", protocols=(Protocol("sticky", b""),)))
    assert answer == Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "a")


def test_a_pending_member_is_none_yet() -> None:
    coordinator = Coordinator()
    coordinator.ask(joins(fresh="a"))
    assert coordinator.ask(beats("a", 0)) is ErrorCode.UNKNOWN_MEMBER_ID
    assert coordinator.group().state is ClassicGroupState.EMPTY


def test_a_pending_member_can_t_become_static() -> None:
    coordinator = Coordinator()
    coordinator.ask(joins(fresh="a"))
    assert coordinator.ask(joins("a", instance="i")).error is ErrorCode.UNKNOWN_SERVER_ERROR


def test_a_pending_member_that_does_not_come_back_is_forgotten() -> None:
    coordinator = Coordinator()
    coordinator.ask(joins(fresh="a", session_ms=10_000))
    coordinator.advance(10_000)
    assert coordinator.ask(joins("a")).error is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_rebalance_waits_for_pending_members_but_not_longer_than_their_session() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(joins(fresh="late", session_ms=10_000))
    rejoined = coordinator.submit(joins("a"))
    assert rejoined not in coordinator.answers
    coordinator.advance(10_000)
    assert coordinator.answers[rejoined].generation == 2


def test_a_rebalance_ends_when_the_last_pending_member_has_joined() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(joins(fresh="late"))
    rejoined = coordinator.submit(joins("a"))
    joined = coordinator.submit(joins("late"))
    assert coordinator.answers[rejoined].generation == coordinator.answers[joined].generation == 2


def test_a_new_member_makes_a_stable_group_rebalance() -> None:
    coordinator = Coordinator()
    generation = a_stable_group(coordinator, "a")
    a_member(coordinator, "b")
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE
    assert coordinator.ask(beats("a", generation)) is ErrorCode.REBALANCE_IN_PROGRESS


def test_the_leader_of_a_stable_group_may_always_ask_for_a_rebalance() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert coordinator.ask(joins("a")).generation == 2


def test_a_follower_that_says_nothing_new_is_told_of_its_generation() -> None:
    coordinator = Coordinator()
    generation = a_stable_group(coordinator, "a", "b")
    answer = coordinator.ask(joins("b"))
    assert (answer.generation, answer.leader, answer.members) == (generation, "a", ())
    assert coordinator.group().state is ClassicGroupState.STABLE


def test_a_follower_with_another_subscription_makes_the_group_rebalance() -> None:
    coordinator = Coordinator()
    generation = a_stable_group(coordinator, "a", "b")
    waiting = coordinator.submit(joins("b", protocols=OTHER))
    assert coordinator.ask(beats("a", generation)) is ErrorCode.REBALANCE_IN_PROGRESS
    leader = coordinator.submit(joins("a"))
    assert coordinator.answers[waiting].generation == generation + 1
    metadata = {member.id: member.metadata for member in coordinator.answers[leader].members}
    assert metadata["b"] == subscription("other")


def test_before_the_assignment_is_there_a_member_that_asks_again_is_told_again() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a")
    a_member(coordinator, "b")
    coordinator.advance(6_000)
    leader, follower = coordinator.ask(joins("a")), coordinator.ask(joins("b"))
    assert [member.id for member in leader.members] == ["a", "b"]
    assert follower.members == ()
    assert leader.generation == follower.generation == 1


def test_before_the_assignment_is_there_another_subscription_voids_it() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a")
    a_member(coordinator, "b")
    coordinator.advance(6_000)
    syncing = coordinator.submit(syncs("b", 1))
    coordinator.submit(joins("a", protocols=OTHER))
    assert coordinator.answers[syncing] == Synced(ErrorCode.REBALANCE_IN_PROGRESS)
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE


def test_only_the_last_of_two_requests_of_one_member_counts() -> None:
    coordinator = Coordinator()
    first = a_member(coordinator, "a")
    second = coordinator.submit(joins("a"))
    assert coordinator.answers[first] == Joined(ErrorCode.REBALANCE_IN_PROGRESS, "a")
    coordinator.advance(3_000)
    assert coordinator.answers[second].generation == 1


def test_a_new_member_whose_request_waits_too_long_is_asked_to_come_again() -> None:
    coordinator = Coordinator(GroupsConfig(group_initial_rebalance_delay_ms=1_000_000))
    joined = a_member(coordinator, "a", rebalance_ms=2_000_000)
    coordinator.advance(coordinator.config.new_member_join_timeout_ms)
    assert coordinator.answers[joined] == Joined(ErrorCode.UNKNOWN_MEMBER_ID)
    assert coordinator.group().state is ClassicGroupState.EMPTY


def test_the_rebalance_timeout_is_the_longest_that_a_member_wants() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a", rebalance_ms=20_000, session_ms=100_000)
    a_member(coordinator, "b", rebalance_ms=40_000, session_ms=100_000)
    coordinator.advance(6_000)
    sync_all(coordinator, "a", "b")
    joined = a_member(coordinator, "c", rebalance_ms=10_000)
    coordinator.advance(39_999)
    assert joined not in coordinator.answers
    coordinator.advance(1)
    assert [member.id for member in coordinator.answers[joined].members] == ["c"]


def test_members_that_don_t_join_again_in_time_are_out() -> None:
    coordinator = Coordinator()
    generation = a_stable_group(coordinator, "a", "b", session_ms=100_000)
    joined = coordinator.submit(joins("b", protocols=OTHER))
    coordinator.advance(60_000)
    answer = coordinator.answers[joined]
    assert (answer.leader, answer.generation) == ("b", generation + 1)
    assert coordinator.ask(beats("a", generation)) is ErrorCode.UNKNOWN_MEMBER_ID
