"""Asks whether it would win before it disturbs anyone with a new epoch (pre-vote, KIP-996)."""

from dataclasses import dataclass

from ottla.raft.election import Election
from ottla.raft.election_state import ElectionState
from ottla.raft.states.unattached import may_vote
from ottla.raft.voters import Endpoints, ReplicaKey


@dataclass(slots=True)
class Prospective:
    """Keeps vote and leader of its epoch: it can go back to following."""

    epoch: int
    leader_id: int | None
    leader_endpoints: Endpoints
    voted_key: ReplicaKey | None
    election: Election
    election_deadline_ms: int

    def election_state(self) -> ElectionState:
        return ElectionState(self.epoch, self.leader_id, self.voted_key)

    def can_grant_vote(self, candidate: ReplicaKey, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        return may_vote(
            self.leader_id, self.voted_key, candidate, is_up_to_date=is_up_to_date, pre_vote=pre_vote
        )
