"""One replica of the metadata log.

Who it is, what it holds, which state it is in, and what it wants done next. The rules stand in `transitions`,
`rpcs` and `duties`; they all work on this.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.ports import Entropy
from ottla.raft.config import QuorumConfig
from ottla.raft.connections import Connections
from ottla.raft.effects import Effect, LeaderChanged, PersistQuorumState, Send, Transitioned
from ottla.raft.election_state import encode_quorum_state
from ottla.raft.log_view import LogView
from ottla.raft.states.candidate import Candidate
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.states.prospective import Prospective
from ottla.raft.states.resigned import Resigned
from ottla.raft.states.unattached import Unattached
from ottla.raft.voter_history import VoterHistory
from ottla.raft.voters import (
    SUPPORTED_KRAFT_VERSIONS,
    Endpoints,
    Node,
    ReplicaKey,
    Voter,
    VoterSet,
)
from ottla.wire.message import Message

if TYPE_CHECKING:
    from ottla.wire.messages.fetch_request import FetchRequest

State = Unattached | Prospective | Candidate | Leader | Follower | Resigned


class InconsistentQuorum(Exception):
    """A peer says what can only be true if Raft's safety was broken. The node must stop, as Kafka's does."""


class Identity(NamedTuple):
    """What never changes while the node runs."""

    key: ReplicaKey
    """Node id, and the directory id of the metadata log directory."""
    cluster_id: str
    listener: str
    """The first of `controller.listener.names`, in capitals: where controllers are reached."""
    endpoints: Endpoints
    """Own controller listeners; empty for a broker."""
    bootstrap_servers: tuple[Node, ...]
    """Whom to ask for the leader: `controller.quorum.bootstrap.servers`, or the static voters."""
    can_become_voter: bool
    """Whether `process.roles` has `controller`: such a log is synced before every fetch."""


class ParkedFetch(NamedTuple):
    """A fetch that found nothing new and waits."""

    ticket: Ticket
    listener: str
    version: int
    request: "FetchRequest"
    offset: int
    high_watermark: int
    """What the leader knew when the fetch was parked; -1 for nothing."""
    deadline_ms: int


@dataclass(slots=True)
class VoterChange:
    """AddRaftVoter or RemoveRaftVoter under way at the leader; there is one at a time (KIP-853)."""

    ticket: Ticket | None
    """Who waits; None when it was answered already."""
    api_key: int
    deadline_ms: int
    added: Voter | None = None
    """The new voter, as its request describes it, until it has told which kraft.versions it supports."""
    acknowledge_when_committed: bool = True
    end_offset: int | None = None
    """Where the record of the new voter set ends; None while it is not written."""


@dataclass(slots=True)
class Shutdown:
    """The time that is left to leave in order."""

    deadline_ms: int
    is_finished: bool = False


@dataclass(slots=True)
class Replica:
    """Plain state; `now` is the time of the step under way, `effects` what it has decided so far."""

    identity: Identity
    config: QuorumConfig
    entropy: Entropy
    log: LogView
    voters: VoterHistory
    state: State
    connections: Connections
    persisted: bytes | None
    """The content of `quorum-state`."""
    now: Now
    effects: list[Effect] = field(default_factory=list)
    high_watermark: int | None = None
    """The highest that this replica has seen: what its state machine may apply. Never falls."""
    parked: list[ParkedFetch] = field(default_factory=list)
    is_syncing: bool = False
    syncing_to: int = 0
    """Log end when the sync under way began, or less if the log was truncated since."""
    linger_deadline_ms: int | None = None
    voter_change: VoterChange | None = None
    shutdown: Shutdown | None = None

    @property
    def node_id(self) -> int:
        return self.identity.key.node_id

    @property
    def voter_set(self) -> VoterSet:
        return self.voters.last

    @property
    def is_voter(self) -> bool:
        return self.voter_set.is_voter(self.identity.key)

    @property
    def is_only_voter(self) -> bool:
        return self.voter_set.is_only_voter(self.identity.key)

    @property
    def must_sync(self) -> bool:
        """Whether others may count on what this replica says it holds."""
        return self.is_voter or self.identity.can_become_voter

    @property
    def local_voter(self) -> Voter:
        return Voter(self.identity.key, self.identity.endpoints, SUPPORTED_KRAFT_VERSIONS)

    @property
    def has_remote_leader(self) -> bool:
        return self.state.leader_id is not None and self.state.leader_id != self.node_id

    def parked_deadline(self) -> int | None:
        """When the first parked fetch must be answered."""
        return min((fetch.deadline_ms for fetch in self.parked), default=None)

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    def persist(self) -> None:
        """Let `quorum-state` hold the present state before anything that follows."""
        content = encode_quorum_state(
            self.state.election_state(), self.voters.kraft_version, self.voter_set.ids
        )
        if content != self.persisted:
            self.persisted = content
            self._drop_unneeded_persist()
            self.emit(PersistQuorumState(content))

    def send(self, destination: Node, request: Message) -> None:
        correlation_id = self.connections.begin(destination, self.now.mono_ms)
        self.emit(Send(correlation_id, destination, request))

    def election_deadline(self) -> int:
        """A new election timeout from now on: random, so that elections rarely collide."""
        timeout_ms = self.config.election_timeout_ms
        jitter_ms = self.entropy.below(timeout_ms) if timeout_ms else 0
        return self.now.mono_ms + timeout_ms + jitter_ms

    def raise_high_watermark(self, offset: int) -> bool:
        """Whether `offset` is news."""
        if offset <= (self.high_watermark if self.high_watermark is not None else -1):
            return False
        assert offset <= self.log.end_offset, "what is committed here is here"
        self.high_watermark = offset
        return True

    def has_unsynced(self) -> bool:
        return self.log.synced_offset < self.log.end_offset

    def _drop_unneeded_persist(self) -> None:
        """If nothing was written or said since, the one before need not reach the medium.

        A start saves two syncs.
        """
        for at in range(len(self.effects) - 1, -1, -1):
            if isinstance(self.effects[at], PersistQuorumState):
                del self.effects[at]
                return
            if not isinstance(self.effects[at], Transitioned | LeaderChanged):
                return
