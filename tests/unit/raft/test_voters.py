"""The voter set is a value; its history follows the log."""

import pytest
from tests.unit.raft.replica_on_paper import LISTENER, directory, static_voters

from ottla.model.uuid import ZERO
from ottla.raft.voter_history import LogHistory, VoterHistory
from ottla.raft.voters import Address, ReplicaKey, VersionRange, Voter, VoterSet


def voter(node_id: int, port: int = 9093, levels: VersionRange = VersionRange(0, 1)) -> Voter:  # noqa: B008
    return Voter(ReplicaKey(node_id, directory(node_id)), {LISTENER: Address("h", port)}, levels)


def test_a_static_voter_is_its_node_whatever_its_directory() -> None:
    voters = static_voters(1, 2)
    assert voters.is_voter(ReplicaKey(1, directory(1)))
    assert voters.is_voter(ReplicaKey(1, ZERO))
    assert not voters.is_voter(ReplicaKey(3, ZERO))


def test_a_voter_with_a_directory_is_that_replica_alone() -> None:
    voters = VoterSet.of(voter(1))
    assert voters.is_voter(ReplicaKey(1, directory(1)))
    assert not voters.is_voter(ReplicaKey(1, directory(2)))
    assert voters.is_only_voter(ReplicaKey(1, directory(1)))


def test_a_change_gives_a_new_set() -> None:
    one = VoterSet.of(voter(1))
    two = one.added(voter(2))
    assert two is not None
    assert (one.ids, two.ids) == ([1], [1, 2])
    assert two.added(voter(2, port=1)) is None
    assert two.removed(ReplicaKey(2, directory(2))) == one
    assert two.removed(ReplicaKey(2, directory(1))) is None


def test_the_last_voter_stays() -> None:
    assert VoterSet.of(voter(1)).removed(ReplicaKey(1, directory(1))) is None


def test_only_a_known_replica_is_updated() -> None:
    voters = VoterSet.of(voter(1))
    assert voters.needs_update(voter(1, port=1))
    assert not voters.needs_update(voter(1))
    assert not voters.needs_update(voter(2))
    assert voters.updated(voter(2)) is None
    assert static_voters(1).updated(voter(1), ignoring_directory=True) == voters


def test_a_set_supports_what_all_its_voters_support() -> None:
    assert VoterSet.of(voter(1), voter(2)).support(1)
    assert not VoterSet.of(voter(1), voter(2, levels=VersionRange(0, 0))).support(1)


def test_a_truncated_voter_set_gives_way_to_the_one_before() -> None:
    history = VoterHistory(static_voters(9))
    history.voter_sets.add(-1, VoterSet.of(voter(1)))
    history.voter_sets.add(5, VoterSet.of(voter(1), voter(2)))
    history.kraft_versions.add(5, 1)
    assert (history.last.ids, history.kraft_version) == ([1, 2], 1)
    history.truncate_from(5)
    assert (history.last.ids, history.kraft_version) == ([1], 0)
    history.truncate_from(-1)
    assert history.last.ids == [9]


def test_what_counts_at_the_start_of_the_log_stays_when_the_log_is_cleaned() -> None:
    history: LogHistory[str] = LogHistory([(1, "a"), (5, "b"), (9, "c")])
    history.truncate_before(7)
    assert history.entries == [(5, "b"), (9, "c")]
    assert [history.at_or_before(offset) for offset in (4, 5, 8, 9)] == [None, "b", "b", "c"]


def test_records_come_in_the_order_of_the_log() -> None:
    with pytest.raises(AssertionError):
        LogHistory([(5, "a")]).add(5, "b")
