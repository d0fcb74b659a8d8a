"""Static members (KIP-345): they come back without a rebalance, and fence who they were."""

import pytest
from tests.unit.groups.coordinator import FAILED, Coordinator
from tests.unit.groups.members import (
    Ask,
    a_member,
    a_stable_group,
    beats,
    commits,
    joins,
    leaves,
    subscription,
    syncs,
)

from ottla.groups.answers import Joined, Refused, Synced
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.commands import Leaving
from ottla.groups.member import Protocol
from ottla.model.errors import ErrorCode

BOTH = (Protocol("range", subscription("t")), Protocol("roundrobin", subscription("t")))
INSTANCES = {"a": "ia", "b": "ib"}


def two_static(coordinator: Coordinator, **options: object) -> int:
    """The leader `a` and the follower `b`."""
    generation = a_stable_group(coordinator, "a", "b", instances=INSTANCES, **options)
    assert coordinator.group().leader == "a"
    return generation


def test_a_static_member_needs_no_second_request_to_get_its_id() -> None:
    coordinator = Coordinator()
    ticket = coordinator.submit(joins(fresh="a", instance="ia"))
    coordinator.advance(3_000)
    answer = coordinator.answers[ticket]
    assert (answer.member_id, answer.members[0].instance_id) == ("a", "ia")


def test_a_follower_that_comes_back_goes_on_where_it_was() -> None:
    coordinator = Coordinator()
    generation = two_static(coordinator)
    answer = coordinator.ask(joins(fresh="b2", instance="ib"))
    assert answer == Joined(
        member_id="b2", generation=generation, protocol_type="consumer", protocol="range", leader="a"
    )
    assert coordinator.group().state is ClassicGroupState.STABLE
    assert coordinator.ask(syncs("b2", generation, instance="ib")).assignment == b"b"


def test_a_leader_that_comes_back_is_told_to_assign_nothing() -> None:
    coordinator = Coordinator()
    generation = two_static(coordinator)
    answer = coordinator.ask(joins(fresh="a2", instance="ia"))
    assert (answer.generation, answer.leader, answer.skip_assignment) == (generation, "a2", True)
    assert [member.id for member in answer.members] == ["a2", "b"]


def test_a_leader_that_can_t_be_told_so_is_not_told_that_it_leads() -> None:
    coordinator = Coordinator()
    generation = two_static(coordinator)
    answer = coordinator.ask(joins(fresh="a2", instance="ia", version=8))
    assert (answer.generation, answer.leader, answer.skip_assignment) == (generation, "a", False)
    assert answer.members == ()
    assert coordinator.group().leader == "a2"


def test_the_new_id_is_written() -> None:
    coordinator = Coordinator()
    generation = two_static(coordinator)
    coordinator.ask(joins(fresh="b2", instance="ib"))
    other = coordinator.reload()
    assert other.ask(beats("b2", generation, instance="ib")) is ErrorCode.NONE
    assert other.ask(beats("b", generation, instance="ib")) is ErrorCode.FENCED_INSTANCE_ID


def test_when_the_new_id_can_t_be_written_the_old_one_stays() -> None:
    coordinator = Coordinator()
    generation = two_static(coordinator)
    (ticket,) = coordinator.turn([joins(fresh="b2", instance="ib")], fails=True)
    assert coordinator.answers[ticket] == FAILED
    assert coordinator.ask(beats("b", generation, instance="ib")) is ErrorCode.NONE


def test_another_preference_that_leaves_the_protocol_as_it_is_costs_no_rebalance() -> None:
    coordinator = Coordinator()
    two_static(coordinator)
    changed = (Protocol("range", subscription("more")),)
    assert coordinator.ask(joins(fresh="b2", instance="ib", protocols=changed)).error is ErrorCode.NONE
    assert coordinator.group().state is ClassicGroupState.STABLE


def test_a_static_member_whose_return_changes_the_protocol_makes_the_group_rebalance() -> None:
    coordinator = Coordinator()
    two_static(coordinator, protocols=BOTH)
    waiting = coordinator.submit(joins(fresh="b2", instance="ib", protocols=BOTH[1:]))
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE
    coordinator.submit(joins("a", instance="ia", protocols=BOTH))
    assert coordinator.answers[waiting].protocol == "roundrobin"


def test_a_known_static_member_with_nothing_new_costs_no_rebalance() -> None:
    coordinator = Coordinator()
    generation = two_static(coordinator)
    assert coordinator.ask(joins("b", instance="ib")).generation == generation


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (joins("b", instance="ia"), Joined(ErrorCode.FENCED_INSTANCE_ID, "b")),
        (joins("b", instance="unknown"), Joined(ErrorCode.UNKNOWN_MEMBER_ID, "b")),
        (syncs("b", 1, instance="ia"), Synced(ErrorCode.FENCED_INSTANCE_ID)),
        (beats("b", 1, instance="ia"), ErrorCode.FENCED_INSTANCE_ID),
        (leaves(Leaving("b", "ia")), (ErrorCode.FENCED_INSTANCE_ID,)),
        (commits(member_id="b", generation=1, instance="ia"), Refused(ErrorCode.FENCED_INSTANCE_ID)),
        (commits(member_id="b", generation=1, instance="unknown"), Refused(ErrorCode.UNKNOWN_MEMBER_ID)),
    ],
    ids=["join", "join-unknown", "sync", "heartbeat", "leave", "commit", "commit-unknown"],
)
def test_whoever_bears_the_instance_s_name_with_another_id_is_fenced(ask: Ask, refusal: object) -> None:
    coordinator = Coordinator()
    two_static(coordinator)
    assert coordinator.ask(ask) == refusal


def test_a_return_fences_the_one_that_waits_to_join() -> None:
    coordinator = Coordinator()
    two_static(coordinator)
    waiting = coordinator.submit(joins("a", instance="ia"))
    again = coordinator.submit(joins(fresh="a2", instance="ia"))
    assert coordinator.answers[waiting] == Joined(ErrorCode.FENCED_INSTANCE_ID, "a")
    coordinator.submit(joins("b", instance="ib"))
    assert coordinator.answers[again].generation == 2


def test_a_return_fences_the_one_that_waits_for_its_assignment_and_voids_it() -> None:
    coordinator = Coordinator()
    two_static(coordinator)
    coordinator.submit(joins("a", instance="ia"))
    coordinator.submit(joins("b", instance="ib"))
    waiting = coordinator.submit(syncs("b", 2, instance="ib"))
    again = coordinator.submit(joins(fresh="b2", instance="ib"))
    assert coordinator.answers[waiting] == Synced(ErrorCode.FENCED_INSTANCE_ID)
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE
    assert again not in coordinator.answers


def test_a_static_member_that_is_away_keeps_its_place_until_its_session_ends() -> None:
    coordinator = Coordinator()
    two_static(coordinator, session_ms=100_000)
    joined = a_member(coordinator, "c", session_ms=100_000)
    coordinator.submit(joins("b", instance="ib", session_ms=100_000))
    coordinator.advance(60_000)
    answer = coordinator.answers[joined]
    assert coordinator.group().leader == "b"
    assert answer.generation == 2
    assert sorted(member.id for member in coordinator.group().all_members()) == ["a", "b", "c"]
    coordinator.advance(100_000)
    assert "a" not in coordinator.group().members


def test_while_only_static_members_are_left_and_all_are_away_the_rebalance_goes_on() -> None:
    coordinator = Coordinator()
    two_static(coordinator, session_ms=200_000)
    dynamic = a_member(coordinator, "c")
    coordinator.ask(leaves("c"))
    assert coordinator.answers[dynamic].error is ErrorCode.UNKNOWN_MEMBER_ID
    coordinator.advance(130_000)
    assert coordinator.group().state is ClassicGroupState.PREPARING_REBALANCE
    assert any("no members rejoined" in fact for fact in coordinator.facts)
    coordinator.advance(70_000)
    assert coordinator.group().state is ClassicGroupState.EMPTY


def test_each_return_gets_an_id_of_its_own() -> None:
    coordinator = Coordinator()
    two_static(coordinator)
    ids = [coordinator.ask(joins(fresh=f"b{n}", instance="ib")).member_id for n in range(3)]
    assert ids == ["b0", "b1", "b2"]


def test_a_static_member_does_not_leave_by_closing_but_its_session_ends() -> None:
    coordinator = Coordinator()
    two_static(coordinator)
    coordinator.advance(9_999)
    coordinator.ask(beats("a", 1, instance="ia"))
    coordinator.advance(1)
    assert "b" not in coordinator.group().members


def test_who_has_not_synced_yet_when_its_instance_returns_must_still_sync() -> None:
    coordinator = Coordinator()
    two_static(coordinator, session_ms=200_000)
    coordinator.submit(joins("a", instance="ia", session_ms=200_000))
    coordinator.submit(joins("b", instance="ib", session_ms=200_000))
    coordinator.ask(syncs("a", 2, {"b": b"2"}, instance="ia"))
    coordinator.ask(joins(fresh="b2", instance="ib", session_ms=200_000))
    assert coordinator.ask(syncs("b2", 2, instance="ib")).assignment == b"2"
    coordinator.advance(60_000)
    assert coordinator.group().generation == 2, "nobody is thrown out"
