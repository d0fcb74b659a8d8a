"""The checks of the simulation bite: each of these bugs, planted, is found within a few dozen seeds."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.raft.quorum_history import run_history
from tests.unit.raft.quorum_invariants import Violation

from ottla.raft import leader_log, starting, transitions
from ottla.raft.duties import asking, follower
from ottla.raft.election import Election
from ottla.raft.replica import Replica
from ottla.raft.rpcs import fetch, vote
from ottla.raft.states.leader import Leader
from ottla.raft.states.unattached import Unattached

Patch = Callable[[pytest.MonkeyPatch], None]


def vote_without_looking_at_the_log(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vote, "EpochAndOffset", lambda epoch, offset: (1 << 30, 1 << 60))


def vote_before_it_is_durable(patch: pytest.MonkeyPatch) -> None:
    def add_vote(replica: Replica, candidate: Any) -> None:
        state: Any = replica.state
        state.voted_key = candidate
        state.election_deadline_ms = replica.election_deadline()

    patch.setattr(vote, "add_vote", add_vote)


def vote_twice_in_an_epoch(patch: pytest.MonkeyPatch) -> None:
    def can_grant_vote(self: Unattached, candidate: Any, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        return is_up_to_date

    patch.setattr(Unattached, "can_grant_vote", can_grant_vote)


def forget_the_vote_at_a_restart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Replica, "persist", lambda replica: None)


def commit_entries_of_older_epochs_by_counting(patch: pytest.MonkeyPatch) -> None:
    advance = Leader.advance_high_watermark

    def advance_high_watermark(self: Leader, own_end_offset: int) -> bool:
        start, self.start_offset = self.start_offset, -1
        advanced = advance(self, own_end_offset)
        self.start_offset = start
        return advanced

    patch.setattr(Leader, "advance_high_watermark", advance_high_watermark)


def count_the_leaders_log_before_it_is_synced(patch: pytest.MonkeyPatch) -> None:
    def commit(replica: Replica, leader: Leader) -> None:
        synced, replica.log.synced_offset = replica.log.synced_offset, replica.log.end_offset
        leader_log.commit_as_leader(replica, leader)
        replica.log.synced_offset = synced

    patch.setattr(fetch, "commit_as_leader", commit)


def fetch_before_the_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(asking, "may_fetch", lambda replica: True)
    patch.setattr(follower, "may_fetch", lambda replica: True)
    patch.setattr(Replica, "has_unsynced", lambda replica: False)


def win_with_less_than_a_majority(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Election, "is_won", property(lambda election: True))


def lead_the_old_epoch_again_after_a_restart(patch: pytest.MonkeyPatch) -> None:
    first_state = starting._first_state

    def again(replica: Replica, remembered: Any) -> Any:
        if remembered.leader_id != replica.node_id:
            return first_state(replica, remembered)
        state = Leader(
            remembered.epoch, replica.local_voter, replica.log.end_offset, [], replica.config, 1 << 60, 0
        )
        state.take_voter_set(replica.voter_set)
        state.has_announced = True
        return state

    patch.setattr(starting, "_first_state", again)


def tell_an_old_high_watermark_before_the_own_epoch_commits(patch: pytest.MonkeyPatch) -> None:
    become_leader = transitions.become_leader

    def with_old_high_watermark(replica: Replica) -> None:
        become_leader(replica)
        leader = replica.state
        assert isinstance(leader, Leader)
        leader.high_watermark = replica.high_watermark

    for module in (transitions, vote, starting):
        patch.setattr(module, "become_leader", with_old_high_watermark)


BUGS: list[Patch] = [
    vote_without_looking_at_the_log,
    vote_before_it_is_durable,
    vote_twice_in_an_epoch,
    forget_the_vote_at_a_restart,
    commit_entries_of_older_epochs_by_counting,
    count_the_leaders_log_before_it_is_synced,
    fetch_before_the_sync,
    win_with_less_than_a_majority,
    lead_the_old_epoch_again_after_a_restart,
    tell_an_old_high_watermark_before_the_own_epoch_commits,
]
SEEDS = 200


@pytest.mark.parametrize("plant", BUGS)
def test_a_planted_bug_is_found(plant: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(Violation):
        run_histories()


def run_histories() -> None:
    for seed in range(SEEDS):
        run_history(seed, 3)
