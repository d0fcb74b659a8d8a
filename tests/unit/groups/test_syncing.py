"""SyncGroup: who may ask, what the leader brings, and what happens when it does not."""

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import Ask, a_member, a_stable_group, beats, commits, joins, leaves, syncs

from ottla.groups.answers import Synced
from ottla.groups.classic_group import ClassicGroupState
from ottla.model.errors import ErrorCode


def a_generation(coordinator: Coordinator, *names: str) -> int:
    """All have joined, nobody has synced. The session outlasts the test."""
    for name in names:
        a_member(coordinator, name, session_ms=200_000)
    coordinator.advance(3_000 * (len(names) + 1))
    assert coordinator.group().state is ClassicGroupState.COMPLETING_REBALANCE
    return coordinator.group().generation


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (syncs("a", 1, group="nowhere"), ErrorCode.UNKNOWN_MEMBER_ID),
        (syncs("ghost", 1), ErrorCode.UNKNOWN_MEMBER_ID),
        (syncs("a", 0), ErrorCode.ILLEGAL_GENERATION),
        (syncs("a", 2), ErrorCode.ILLEGAL_GENERATION),
        (syncs("a", 1, protocol_type="connect"), ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        (syncs("a", 1, protocol="roundrobin"), ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        (syncs("a", 1, instance="unknown"), ErrorCode.UNKNOWN_MEMBER_ID),
    ],
    ids=["group", "member", "older", "newer", "type", "protocol", "instance"],
)
def test_only_a_member_of_the_generation_may_sync(ask: Ask, error: ErrorCode) -> None:
    coordinator = Coordinator()
    a_generation(coordinator, "a")
    assert coordinator.ask(ask) == Synced(error)


def test_nobody_syncs_in_an_empty_group() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits())
    assert coordinator.ask(syncs("a", 0)) == Synced(ErrorCode.UNKNOWN_MEMBER_ID)


def test_a_client_of_old_need_not_name_the_protocol() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a")
    answer = coordinator.ask(syncs("a", generation, {"a": b"x"}, protocol_type=None, protocol=None))
    assert answer == Synced(ErrorCode.NONE, "consumer", "range", b"x")


def test_in_a_rebalance_nobody_gets_an_assignment() -> None:
    coordinator = Coordinator()
    generation = a_stable_group(coordinator, "a")
    a_member(coordinator, "b")
    assert coordinator.ask(syncs("a", generation)) == Synced(ErrorCode.REBALANCE_IN_PROGRESS)


def test_whoever_syncs_after_the_leader_gets_its_part_at_once() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    coordinator.ask(syncs("a", generation, {"a": b"1", "b": b"2"}))
    assert coordinator.ask(syncs("b", generation)).assignment == b"2"


def test_a_member_that_the_leader_forgets_gets_nothing_and_an_invented_one_is_none() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    coordinator.ask(syncs("a", generation, {"a": b"1", "invented": b"3"}))
    assert coordinator.ask(syncs("b", generation)) == Synced(ErrorCode.NONE, "consumer", "range", b"")
    assert [member.id for member in coordinator.group().all_members()] == ["a", "b"]


def test_what_a_follower_brings_is_not_looked_at() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    waiting = coordinator.submit(syncs("b", generation, {"b": b"everything"}))
    coordinator.ask(syncs("a", generation, {"b": b"little"}))
    assert coordinator.answers[waiting].assignment == b"little"


def test_a_second_assignment_of_the_leader_changes_nothing() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a")
    coordinator.ask(syncs("a", generation, {"a": b"first"}))
    assert coordinator.ask(syncs("a", generation, {"a": b"second"})).assignment == b"first"


def test_only_the_last_of_two_requests_of_one_member_counts() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    first, second = coordinator.submit(syncs("b", generation)), coordinator.submit(syncs("b", generation))
    assert coordinator.answers[first] == Synced(ErrorCode.REBALANCE_IN_PROGRESS)
    coordinator.ask(syncs("a", generation, {"b": b"2"}))
    assert coordinator.answers[second].assignment == b"2"


def test_when_the_leader_never_syncs_it_is_out_and_the_others_begin_anew() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    waiting = coordinator.submit(syncs("b", generation))
    coordinator.advance(60_000)
    assert coordinator.answers[waiting] == Synced(ErrorCode.REBALANCE_IN_PROGRESS)
    answer = coordinator.ask(joins("b"))
    assert (answer.leader, answer.generation) == ("b", generation + 1)
    assert coordinator.ask(beats("a", generation)) is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_follower_that_never_syncs_is_out_though_the_group_is_stable() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    coordinator.ask(syncs("a", generation, {"a": b"1", "b": b"2"}))
    coordinator.advance(60_000)
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE
    assert [member.id for member in coordinator.group().all_members()] == ["a"]


def test_nobody_is_thrown_out_once_all_have_synced() -> None:
    coordinator = Coordinator()
    a_generation(coordinator, "a", "b")
    coordinator.submit(syncs("b", 1))
    coordinator.ask(syncs("a", 1, {}))
    coordinator.advance(60_000)
    assert coordinator.group().state is ClassicGroupState.STABLE
    assert coordinator.group().generation == 1


def test_a_member_removed_while_it_waits_hears_that_it_is_unknown() -> None:
    coordinator = Coordinator()
    generation = a_generation(coordinator, "a", "b")
    waiting = coordinator.submit(syncs("b", generation))
    coordinator.ask(leaves("b"))
    assert coordinator.answers[waiting] == Synced(ErrorCode.UNKNOWN_MEMBER_ID)


def test_a_rebalance_voids_the_assignments_of_the_one_that_was_not_finished() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a", session_ms=200_000)
    joined = a_member(coordinator, "b", session_ms=200_000)
    coordinator.submit(joins("a"))
    assert coordinator.answers[joined].generation == 2
    a_member(coordinator, "c", session_ms=200_000)
    assert [member.assignment for member in coordinator.group().all_members()] == [b"", b"", b""]
