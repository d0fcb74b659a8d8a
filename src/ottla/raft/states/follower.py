"""Fetches from the leader."""

from dataclasses import dataclass, field

from ottla.raft.election_state import ElectionState
from ottla.raft.positions import EpochAndOffset
from ottla.raft.voters import Endpoints, ReplicaKey


@dataclass(slots=True)
class FetchingSnapshot:
    """A snapshot that comes in pieces."""

    snapshot: EpochAndOffset
    position: int = 0
    """Bytes written so far."""
    head: bytearray = field(default_factory=bytearray)
    """The beginning of the file, until its first batch is whole."""
    first_batch: bytes = b""
    """It names the voters, and the core needs to know nothing else of a snapshot."""


@dataclass(slots=True)
class Follower:
    """A voter that hears nothing of its leader until `fetch_deadline_ms` asks for an election."""

    epoch: int
    leader_id: int
    leader_endpoints: Endpoints
    voted_key: ReplicaKey | None
    fetch_deadline_ms: int
    update_voter_deadline_ms: int
    """When to look next whether the leader knows our endpoints (KIP-853)."""
    has_fetched_from_leader: bool = False
    has_updated_leader: bool = False
    """With kraft.version 0: whether the leader was told our directory and endpoints in this epoch."""
    fetching_snapshot: FetchingSnapshot | None = None

    def election_state(self) -> ElectionState:
        return ElectionState(self.epoch, self.leader_id, self.voted_key)

    def can_grant_vote(self, candidate: ReplicaKey, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        """A follower that hears its leader helps nobody against it."""
        return pre_vote and is_up_to_date and not self.has_fetched_from_leader
