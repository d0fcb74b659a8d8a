"""Heartbeats, and what silence means in every state."""

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import Ask, a_member, a_stable_group, beats, commits, joins, syncs

from ottla.groups.answers import Synced
from ottla.groups.classic_group import ClassicGroupState
from ottla.model.errors import ErrorCode


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (beats("a", 1), ErrorCode.NONE),
        (beats("a", 1, group="nowhere"), ErrorCode.UNKNOWN_MEMBER_ID),
        (beats("ghost", 1), ErrorCode.UNKNOWN_MEMBER_ID),
        (beats("a", 0), ErrorCode.ILLEGAL_GENERATION),
        (beats("a", 2), ErrorCode.ILLEGAL_GENERATION),
        (beats("a", 1, instance="i"), ErrorCode.UNKNOWN_MEMBER_ID),
    ],
    ids=["member", "group", "stranger", "older", "newer", "instance"],
)
def test_only_a_member_of_the_generation_is_heard(ask: Ask, error: ErrorCode) -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert coordinator.ask(ask) is error


def test_nobody_is_a_member_of_an_empty_group() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits())
    assert coordinator.ask(beats("a", 0)) is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_member_that_beats_stays() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    for _ in range(5):
        coordinator.advance(9_999)
        assert coordinator.ask(beats("a", 1)) is ErrorCode.NONE


def test_a_member_that_commits_stays() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    for _ in range(5):
        coordinator.advance(9_999)
        assert coordinator.ask(commits(member_id="a", generation=1)) == (ErrorCode.NONE,)


def test_a_silent_member_is_out_and_the_others_rebalance() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b")
    coordinator.advance(9_999)
    coordinator.ask(beats("a", 1))
    coordinator.advance(1)
    assert coordinator.ask(beats("b", 1)) is ErrorCode.UNKNOWN_MEMBER_ID
    assert coordinator.ask(beats("a", 1)) is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_group_whose_last_member_is_silent_is_empty_and_that_is_written() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.advance(10_000)
    assert coordinator.group().state is ClassicGroupState.EMPTY
    reloaded = coordinator.reload().group()
    assert (reloaded.state, reloaded.generation, reloaded.protocol) == (ClassicGroupState.EMPTY, 2, None)
    assert reloaded.protocol_type == "consumer"


def test_before_the_assignment_is_there_heartbeats_are_welcome() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a")
    coordinator.advance(3_000)
    for _ in range(3):
        coordinator.advance(9_000)
        assert coordinator.ask(beats("a", 1)) is ErrorCode.NONE


def test_a_member_that_waits_for_others_to_join_need_not_beat() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "slow", session_ms=50_000)
    waiting = coordinator.submit(joins("a", session_ms=10_000))
    coordinator.advance(40_000)
    assert waiting not in coordinator.answers
    assert "a" in coordinator.group().members


def test_a_member_that_waits_for_its_assignment_need_not_beat() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a", session_ms=50_000)
    a_member(coordinator, "b", session_ms=10_000)
    coordinator.advance(6_000)
    waiting = coordinator.submit(syncs("b", 1))
    coordinator.advance(40_000)
    coordinator.ask(syncs("a", 1, {"b": b"2"}))
    assert coordinator.answers[waiting].assignment == b"2"
    coordinator.advance(9_999)
    assert "b" in coordinator.group().members, "its session began with the answer"
    coordinator.advance(1)
    assert "b" not in coordinator.group().members


def test_a_member_that_is_silent_in_a_rebalance_is_out_before_it_ends() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b")
    joined = a_member(coordinator, "c")
    coordinator.ask(beats("a", 1))
    coordinator.advance(10_000)
    assert coordinator.answers[joined].members[0].id == "c"
    assert len(coordinator.answers[joined].members) == 1


def test_a_follower_that_fails_before_the_assignment_voids_it() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a", session_ms=50_000)
    a_member(coordinator, "b", session_ms=50_000)
    a_member(coordinator, "c", session_ms=10_000)
    coordinator.advance(9_000)
    waiting = coordinator.submit(syncs("b", 1))
    coordinator.advance(10_000)
    assert coordinator.answers[waiting] == Synced(ErrorCode.REBALANCE_IN_PROGRESS)
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE


def test_a_session_that_a_member_changes_by_joining_counts_from_then_on() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(joins("a", session_ms=30_000))
    coordinator.advance(29_999)
    assert coordinator.ask(beats("a", 2)) is ErrorCode.NONE


def test_after_loading_members_have_a_session_to_be_heard_of() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", "b")
    other = coordinator.reload()
    other.advance(9_999)
    assert other.ask(beats("a", 1)) is ErrorCode.NONE
    other.advance(1)
    assert [member.id for member in other.group().all_members()] == ["a"]
