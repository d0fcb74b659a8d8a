"""Led this epoch and gave it up, or led it before a restart: it never leads the same epoch again."""

from dataclasses import dataclass

from ottla.raft.election_state import ElectionState
from ottla.raft.voters import Endpoints, ReplicaKey


@dataclass(slots=True)
class Resigned:
    """Tells the voters until each has heard, or until another epoch begins.

    A restarted leader must not lead its old epoch: what it had written there and lost would get other records
    at the same offsets. Nor may it vote again in it.
    """

    epoch: int
    leader_id: int
    """This replica."""
    leader_endpoints: Endpoints
    unacknowledged: set[int]
    preferred_successors: list[ReplicaKey]
    """The other voters, the most caught-up first."""
    election_deadline_ms: int

    @property
    def voted_key(self) -> ReplicaKey | None:
        return None

    def election_state(self) -> ElectionState:
        return ElectionState(self.epoch, self.leader_id)

    def can_grant_vote(self, candidate: ReplicaKey, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        return pre_vote and is_up_to_date
