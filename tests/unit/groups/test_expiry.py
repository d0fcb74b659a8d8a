"""Offsets that nobody needs any more are forgotten, and groups with them (KIP-211)."""

from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import a_member, a_stable_group, beats, commits, fetches, syncs
from tests.unit.groups.transactions import pending

from ottla.groups.config import GroupsConfig
from ottla.groups.member import Protocol

MINUTE = 60_000
CONFIG = GroupsConfig(offsets_retention_minutes=60, offsets_retention_check_interval_ms=10 * MINUTE)
LONG = 30 * MINUTE


def loaded() -> Coordinator:
    """A coordinator whose expiry runs."""
    return Coordinator(CONFIG).reload()


def stay(coordinator: Coordinator, minutes: int, *names: str, generation: int = 1) -> None:
    """Time passes while the members beat."""
    for _ in range(minutes // 10):
        coordinator.advance(10 * MINUTE)
        for name in names:
            coordinator.ask(beats(name, generation))


def test_whoever_manages_its_partitions_itself_must_commit_within_the_retention() -> None:
    coordinator = loaded()
    coordinator.ask(commits(1))
    coordinator.advance(30 * MINUTE)
    coordinator.ask(commits(1, partition=1))
    coordinator.advance(30 * MINUTE)
    assert [each.offset for each in coordinator.ask(fetches(("t", 0), ("t", 1)))] == [-1, 1]
    coordinator.advance(30 * MINUTE)
    assert "g" not in coordinator.state.groups


def test_as_long_as_consumers_read_a_topic_its_offsets_stay() -> None:
    coordinator = loaded()
    a_stable_group(coordinator, "a", session_ms=LONG)
    for topic in ("t", "u"):
        coordinator.ask(commits(1, topic=topic, member_id="a", generation=1))
    stay(coordinator, 70, "a")
    assert [each.offset for each in coordinator.ask(fetches(("t", 0), ("u", 0)))] == [1, -1]


def test_members_of_another_kind_keep_all_offsets() -> None:
    coordinator = loaded()
    a_member(coordinator, "w", protocol_type="connect", protocols=(Protocol("p", b""),), session_ms=LONG)
    coordinator.advance(3_000)
    coordinator.ask(syncs("w", 1, {}, protocol_type="connect", protocol="p"))
    coordinator.ask(commits(1, member_id="w", generation=1))
    stay(coordinator, 70, "w")
    assert coordinator.ask(fetches())[0].offset == 1


def test_while_a_group_rebalances_nothing_expires() -> None:
    coordinator = loaded()
    a_stable_group(coordinator, "a", session_ms=LONG, rebalance_ms=1_000 * MINUTE)
    coordinator.ask(commits(1, topic="u", member_id="a", generation=1))
    a_member(coordinator, "b")
    stay(coordinator, 70, "a")
    assert coordinator.ask(fetches(("u", 0)))[0].offset == 1


def test_the_offsets_of_a_group_whose_members_have_gone_count_from_then() -> None:
    coordinator = loaded()
    a_stable_group(coordinator, "a", session_ms=LONG)
    coordinator.ask(commits(1, member_id="a", generation=1))
    stay(coordinator, 50, "a")
    coordinator.advance(LONG)  # the session ends
    coordinator.advance(50 * MINUTE)
    assert coordinator.ask(fetches())[0].offset == 1, "130 minutes old, but only 50 without members"
    coordinator.advance(20 * MINUTE)
    assert coordinator.ask(fetches())[0].offset == -1
    assert "g" not in coordinator.state.groups


def test_a_group_that_is_reloaded_knows_since_when_it_is_empty() -> None:
    coordinator = loaded()
    a_stable_group(coordinator, "a")
    coordinator.ask(commits(1, member_id="a", generation=1))
    coordinator.advance(30 * MINUTE)
    other = coordinator.reload()
    other.advance(20 * MINUTE)
    assert other.ask(fetches())[0].offset == 1
    other.advance(20 * MINUTE)
    assert other.ask(fetches())[0].offset == -1


def test_a_time_that_the_client_has_chosen_stands_against_the_broker_s() -> None:
    coordinator = loaded()
    coordinator.ask(commits(1, retention_ms=5 * MINUTE, version=4))
    coordinator.ask(commits(1, retention_ms=500 * MINUTE, version=4, partition=1))
    coordinator.advance(10 * MINUTE)
    assert [each.offset for each in coordinator.ask(fetches(("t", 0), ("t", 1)))] == [-1, 1]
    coordinator.advance(400 * MINUTE)
    assert coordinator.ask(fetches(("t", 1)))[0].offset == 1


def test_what_a_transaction_may_still_commit_is_not_expired() -> None:
    coordinator = loaded()
    coordinator.ask(commits(1))
    coordinator.ask(commits(1, partition=1))
    pending(coordinator, producer_id=9, offset=5)
    coordinator.advance(70 * MINUTE)
    assert [each.offset for each in coordinator.ask(fetches(("t", 0), ("t", 1)))] == [1, -1]
    assert "g" in coordinator.state.groups


def test_an_empty_group_without_offsets_goes_at_the_next_check() -> None:
    coordinator = loaded()
    a_stable_group(coordinator, "a")
    coordinator.advance(10 * MINUTE)
    assert "g" not in coordinator.state.groups
    assert coordinator.log[-1][1] is None


def test_a_group_with_members_stays_without_offsets() -> None:
    coordinator = loaded()
    a_stable_group(coordinator, "a", session_ms=LONG)
    stay(coordinator, 30, "a")
    assert "g" in coordinator.state.groups


def test_many_groups_are_looked_at_some_at_a_time() -> None:
    coordinator = loaded()
    for at in range(450):
        coordinator.ask(commits(1, group=f"g{at:03}"))
    coordinator.advance(59 * MINUTE)
    turns = len(coordinator.turns)
    coordinator.advance(MINUTE)
    assert len(coordinator.state.groups) == 0
    assert len(coordinator.turns) - turns == 3
