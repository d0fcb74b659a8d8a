"""Has begun an epoch, voted for itself in it and asks for the others' votes."""

from dataclasses import dataclass

from ottla.raft.election import Election
from ottla.raft.election_state import ElectionState
from ottla.raft.voters import Endpoints, ReplicaKey


@dataclass(slots=True)
class Candidate:
    """Goes back to Prospective at `election_deadline_ms`."""

    epoch: int
    key: ReplicaKey
    election: Election
    election_deadline_ms: int

    @property
    def leader_id(self) -> int | None:
        return None

    @property
    def voted_key(self) -> ReplicaKey:
        return self.key

    @property
    def leader_endpoints(self) -> Endpoints:
        return {}

    def election_state(self) -> ElectionState:
        return ElectionState(self.epoch, voted_key=self.key)

    def can_grant_vote(self, candidate: ReplicaKey, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        return pre_vote and is_up_to_date
