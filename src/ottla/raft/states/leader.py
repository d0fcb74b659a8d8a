"""Leads the epoch: knows how far every replica has got, and from that what is committed."""

from dataclasses import dataclass, field

from ottla.model.now import Now
from ottla.raft.config import QuorumConfig
from ottla.raft.election_state import ElectionState
from ottla.raft.voters import SUPPORTED_KRAFT_VERSIONS, Endpoints, ReplicaKey, Voter, VoterSet

OBSERVER_SESSION_MS = 300_000
"""An observer that has not fetched for so long is forgotten."""


@dataclass(slots=True)
class Progress:
    """How far one replica has got, by its own fetches. Wall times are what DescribeQuorum shows."""

    key: ReplicaKey
    endpoints: Endpoints
    end_offset: int | None = None
    """Everything below is on this replica's medium."""
    last_fetch_ms: int | None = None
    last_fetch_wall_ms: int = -1
    last_caught_up_wall_ms: int = -1
    leader_end_at_last_fetch: int = -1
    has_acknowledged: bool = False

    def is_replica(self, replica: ReplicaKey) -> bool:
        return Voter(self.key, {}, SUPPORTED_KRAFT_VERSIONS).is_replica(replica)

    def fetched(self, offset: int, leader_end: int, now: Now) -> None:
        """It holds everything below `offset`.

        KIP-595 counts it as caught up to what the leader had at that time.
        """
        if offset >= leader_end:
            self.last_caught_up_wall_ms = max(self.last_caught_up_wall_ms, now.wall_ms)
        elif 0 < self.leader_end_at_last_fetch <= offset:
            self.last_caught_up_wall_ms = max(self.last_caught_up_wall_ms, self.last_fetch_wall_ms)
        self.leader_end_at_last_fetch = leader_end
        self.last_fetch_ms = now.mono_ms
        self.last_fetch_wall_ms = max(self.last_fetch_wall_ms, now.wall_ms)
        self.end_offset = offset
        self.has_acknowledged = True


@dataclass(slots=True)
class Leader:
    """`voters` and `observers` follow the last voter set of the log, committed or not."""

    epoch: int
    local: Voter
    start_offset: int
    """Where the first record of this epoch stands."""
    granting: list[int]
    config: QuorumConfig
    check_quorum_deadline_ms: int
    begin_quorum_epoch_deadline_ms: int
    voters: dict[int, Progress] = field(default_factory=dict)
    observers: dict[ReplicaKey, Progress] = field(default_factory=dict)
    high_watermark: int | None = None
    """None until a record of this epoch is committed: only then is it known to be above every older one."""
    has_announced: bool = False
    """Whether the controller was told."""
    resign_requested: bool = False
    volatile_voters: VoterSet | None = None
    """With kraft.version 0: what the voters told about themselves, which the log cannot hold yet."""
    fetched_voters: set[int] = field(default_factory=set)
    """Who fetched in this round of check-quorum."""

    @property
    def leader_id(self) -> int:
        return self.local.key.node_id

    @property
    def voted_key(self) -> ReplicaKey | None:
        return None

    @property
    def leader_endpoints(self) -> Endpoints:
        return self.local.endpoints

    def election_state(self) -> ElectionState:
        return ElectionState(self.epoch, self.leader_id)

    def can_grant_vote(self, candidate: ReplicaKey, *, is_up_to_date: bool, pre_vote: bool) -> bool:
        return False

    def take_voter_set(self, voters: VoterSet) -> None:
        """Track these voters; who is none any more becomes an observer."""
        before = self.voters
        self.voters = {}
        for voter in voters.voters():
            progress = self._taken_over(before, voter)
            progress.key, progress.endpoints = voter.key, voter.endpoints
            self.voters[voter.key.node_id] = progress
        for progress in before.values():
            if progress not in self.voters.values():
                progress.endpoints = {}
                self.observers.setdefault(progress.key, progress)

    def progress_of(self, replica: ReplicaKey) -> Progress:
        """Of a voter or an observer; a replica that was not known is an observer."""
        voter = self.voters.get(replica.node_id)
        if voter is not None and voter.is_replica(replica):
            return voter
        return self.observers.setdefault(replica, Progress(replica, {}))

    def is_voter(self, replica: ReplicaKey) -> bool:
        voter = self.voters.get(replica.node_id)
        return voter is not None and voter.is_replica(replica)

    def advance_high_watermark(self, own_end_offset: int) -> bool:
        """Count anew, with the leader's own log up to `own_end_offset`; whether more is committed.

        An entry of an older epoch is never committed by counting, only with one of this epoch behind it (Raft
        §5.4.2).
        """
        if self.local.key.node_id in self.voters:
            self.voters[self.local.key.node_id].end_offset = own_end_offset
        ends = sorted((progress.end_offset or 0 for progress in self.voters.values()), reverse=True)
        committed = ends[len(ends) // 2]
        if committed <= self.start_offset or committed <= (self.high_watermark or 0):
            return False
        self.high_watermark = committed
        return True

    def heard_from(self, replica: ReplicaKey, mono_ms: int) -> None:
        """Check-quorum (KIP-595): a majority, the leader included, must be heard from in every round."""
        assert replica.node_id != self.leader_id, "the leader does not fetch from itself"
        if self.is_voter(replica):
            self.fetched_voters.add(replica.node_id)
        majority = len(self.voters) // 2 + 1
        needed = majority - 1 if self.leader_id in self.voters else majority
        if len(self.fetched_voters) >= needed:
            self.fetched_voters.clear()
            self.check_quorum_deadline_ms = mono_ms + self.config.check_quorum_timeout_ms

    def silent_voters(self, mono_ms: int) -> list[ReplicaKey]:
        """The other voters that have not fetched lately: they may not know who leads."""
        limit_ms = self.config.begin_quorum_epoch_timeout_ms
        return [
            progress.key
            for node_id, progress in sorted(self.voters.items())
            if node_id != self.leader_id
            and (progress.last_fetch_ms is None or mono_ms - progress.last_fetch_ms >= limit_ms)
        ]

    def successors(self) -> list[ReplicaKey]:
        """The other voters, the most caught-up first."""
        others = [progress for node_id, progress in self.voters.items() if node_id != self.leader_id]
        others.sort(key=lambda progress: (-(progress.end_offset or 0), progress.key))
        return [progress.key for progress in others]

    def forget_silent_observers(self, mono_ms: int) -> None:
        for key, progress in list(self.observers.items()):
            heard_ms = progress.last_fetch_ms
            if key != self.local.key and (heard_ms is None or mono_ms - heard_ms >= OBSERVER_SESSION_MS):
                del self.observers[key]

    def _taken_over(self, before: dict[int, Progress], voter: Voter) -> Progress:
        known = before.get(voter.key.node_id)
        # A static voter gets its directory when the log begins to hold voters: still the same replica.
        if known is not None and (known.is_replica(voter.key) or voter.is_replica(known.key)):
            self.observers.pop(voter.key, None)
            return known
        return self.observers.pop(voter.key, None) or Progress(voter.key, voter.endpoints)
