"""Knows the epoch, and no leader whom it could reach."""

from dataclasses import dataclass

from ottla.raft.election_state import ElectionState
from ottla.raft.voters import Endpoints, ReplicaKey


@dataclass(slots=True)
class Unattached:
    """Waits for news of a leader; a voter stands for election at `election_deadline_ms`."""

    epoch: int
    leader_id: int | None
    voted_key: ReplicaKey | None
    election_deadline_ms: int | None
    """None: never, for an observer."""

    @property
    def leader_endpoints(self) -> Endpoints:
        return {}

    def election_state(self) -> ElectionState:
        return ElectionState(self.epoch, self.leader_id, self.voted_key)

    def can_grant_vote(self, candidate: ReplicaKey, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        return may_vote(
            self.leader_id, self.voted_key, candidate, is_up_to_date=is_up_to_date, pre_vote=pre_vote
        )


def may_vote(
    leader_id: int | None,
    voted_key: ReplicaKey | None,
    candidate: ReplicaKey,
    *,
    is_up_to_date: bool,
    pre_vote: bool,
) -> bool:
    """The rule of those who follow nobody.

    One vote an epoch, for a log that is up to date, while no leader is known.
    """
    if pre_vote:
        return is_up_to_date
    if voted_key is not None:
        # The same candidate asks again: it did not get our answer.
        return ElectionState(0, voted_key=voted_key).voted_for(candidate)
    return leader_id is None and is_up_to_date
