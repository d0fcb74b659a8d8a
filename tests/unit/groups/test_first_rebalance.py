"""How a group comes to be: ids, the initial delay, the first generation, its assignment."""

from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import (
    RANGE,
    a_member,
    a_stable_group,
    beats,
    commits,
    fetches,
    joins,
    subscription,
    syncs,
)

from ottla.groups.answers import Joined, JoinedMember, Synced
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.config import GroupsConfig
from ottla.model.errors import ErrorCode


def test_a_consumer_joins_syncs_beats_commits_and_fetches() -> None:
    coordinator = Coordinator()
    joined = a_member(coordinator, "m")
    assert joined not in coordinator.answers
    coordinator.advance(3_000)
    assert coordinator.answers[joined] == Joined(
        member_id="m",
        generation=1,
        protocol_type="consumer",
        protocol="range",
        leader="m",
        members=(JoinedMember("m", None, subscription("t")),),
    )
    synced = coordinator.ask(syncs("m", 1, {"m": b"mine"}))
    assert synced == Synced(ErrorCode.NONE, "consumer", "range", b"mine")
    assert coordinator.ask(beats("m", 1)) is ErrorCode.NONE
    assert coordinator.ask(commits(42, member_id="m", generation=1)) == (ErrorCode.NONE,)
    (fetched,) = coordinator.ask(fetches())
    assert (fetched.offset, fetched.leader_epoch) == (42, 5)


def test_a_client_of_old_is_a_member_at_once() -> None:
    coordinator = Coordinator()
    ticket = coordinator.submit(joins(version=3, fresh="old"))
    coordinator.advance(3_000)
    assert coordinator.answers[ticket].member_id == "old"


def test_the_initial_delay_grows_while_members_come_but_not_above_the_rebalance_timeout() -> None:
    coordinator = Coordinator()
    first = a_member(coordinator, "a", rebalance_ms=7_000)
    for at, name in enumerate("bcd"):
        coordinator.advance(2_000)
        a_member(coordinator, name, rebalance_ms=7_000)
        assert first not in coordinator.answers, f"after {2 * (at + 1)} seconds"
    coordinator.advance(999)
    assert first not in coordinator.answers
    coordinator.advance(3_000)
    assert coordinator.answers[first].generation == 1
    assert len(coordinator.answers[first].members) == 4


def test_without_a_delay_the_first_generation_begins_at_once() -> None:
    coordinator = Coordinator(GroupsConfig(group_initial_rebalance_delay_ms=0))
    ticket = a_member(coordinator, "m")
    coordinator.advance(0)
    assert coordinator.answers[ticket].generation == 1


def test_followers_wait_for_the_leader_and_hear_nothing_of_the_others() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a")
    follower = a_member(coordinator, "b")
    coordinator.advance(6_000)
    assert coordinator.answers[follower].members == ()
    assert coordinator.answers[follower].leader == "a"
    waiting = coordinator.submit(syncs("b", 1))
    assert waiting not in coordinator.answers
    coordinator.submit(syncs("a", 1, {"b": b"yours"}))
    assert coordinator.answers[waiting].assignment == b"yours"
    assert coordinator.group().state is ClassicGroupState.STABLE


def test_a_group_that_is_reloaded_goes_on_as_it_was() -> None:
    coordinator = Coordinator()
    generation = a_stable_group(coordinator, "a", "b")
    other = coordinator.reload()
    assert other.group().state is ClassicGroupState.STABLE
    assert other.ask(beats("b", generation)) is ErrorCode.NONE
    assert other.ask(syncs("b", generation)).assignment == b"b"
    assert other.group().members["a"].protocols == RANGE
