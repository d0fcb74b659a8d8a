"""The sans-IO core of one replica of the metadata log (Kafka's `KafkaRaftClient`)."""

from typing import assert_never

from ottla.model.errors import ErrorCode
from ottla.model.now import Now
from ottla.model.ports import Entropy
from ottla.raft import duties, starting, syncing
from ottla.raft.config import QuorumConfig
from ottla.raft.connections import Connections
from ottla.raft.duties.asking import earliest
from ottla.raft.effects import (
    Accepted,
    DeleteBefore,
    Effect,
    LostLeadership,
    Refused,
    ShutdownCompleted,
)
from ottla.raft.election_state import ElectionState, decode_quorum_state
from ottla.raft.events import (
    Event,
    Fsynced,
    LogCleaned,
    Proposed,
    RequestFailed,
    RequestReceived,
    ResignRequested,
    ResponseReceived,
    ShutdownRequested,
    SnapshotCreated,
    Started,
    Ticked,
)
from ottla.raft.leader_log import append_as_leader, commit_as_leader
from ottla.raft.log_view import LogView
from ottla.raft.positions import EpochAndOffset
from ottla.raft.replica import Identity, Replica, Shutdown
from ottla.raft.rpcs.dispatch import (
    answer_request,
    end_due_voter_change,
    request_failed,
    serve_parked_fetches,
    settle_response,
)
from ottla.raft.states.leader import Leader
from ottla.raft.states.unattached import Unattached
from ottla.raft.voter_history import VoterHistory

_TRANSITIONS_MAX = 10
"""In one step. A quorum of one makes three; more than this is a loop."""


class Quorum:
    """One replica: `step` takes what happened and returns what to do, in order.

    An exception from `step` means that going on could break what Raft promises: the node stops, as Kafka's
    does.
    """

    def __init__(
        self,
        identity: Identity,
        config: QuorumConfig,
        entropy: Entropy,
        log: LogView,
        voters: VoterHistory,
        quorum_state: bytes | None,
    ) -> None:
        """`log` and `voters` are as recovery found them, synced.

        `quorum_state` is the file's content, if there is one. Raises `QuorumStateError` for a file that
        cannot be read.
        """
        self._remembered = decode_quorum_state(quorum_state) if quorum_state is not None else ElectionState(0)
        self._deadline: int | None = None
        self.replica = Replica(
            identity=identity,
            config=config,
            entropy=entropy,
            log=log,
            voters=voters,
            state=Unattached(self._remembered.epoch, None, None, None),
            connections=Connections(config.request_timeout_ms, config.retry_backoff_ms),
            persisted=quorum_state,
            now=Now(0, 0),
        )

    @property
    def high_watermark(self) -> int | None:
        """Everything below is committed; None while nothing is known."""
        return self.replica.high_watermark

    @property
    def log_end_offset(self) -> int:
        return self.replica.log.end_offset

    @property
    def epoch(self) -> int:
        return self.replica.state.epoch

    @property
    def leader_id(self) -> int | None:
        """Who leads the epoch, as far as this replica knows."""
        return self.replica.state.leader_id

    def step(self, event: Event, now: Now) -> list[Effect]:
        replica = self.replica
        replica.now = now
        if replica.shutdown is not None and replica.shutdown.is_finished:
            return _after_shutdown(event)
        self._handle(event)
        self._settle()
        effects, replica.effects = replica.effects, []
        return effects

    def next_deadline(self) -> int | None:
        """When to hand in `Ticked`, in `mono_ms`. May be early, never late."""
        replica = self.replica
        if replica.shutdown is not None and replica.shutdown.is_finished:
            return None
        change = replica.voter_change.deadline_ms if replica.voter_change is not None else None
        leave = replica.shutdown.deadline_ms if replica.shutdown is not None else None
        return earliest(
            self._deadline, replica.parked_deadline(), syncing.sync_deadline(replica), change, leave
        )

    def _handle(self, event: Event) -> None:  # noqa: C901  one arm an event
        replica = self.replica
        match event:
            case Started():
                starting.start(replica, self._remembered)
            case Ticked():
                pass
            case Fsynced():
                syncing.sync_ended(replica)
                if isinstance(replica.state, Leader):
                    commit_as_leader(replica, replica.state)
            case Proposed():
                _propose(replica, event)
            case RequestReceived():
                answer_request(replica, event)
            case ResponseReceived(correlation_id, response):
                settle_response(replica, correlation_id, response)
            case RequestFailed(correlation_id, error):
                request_failed(replica, correlation_id, error)
            case SnapshotCreated(snapshot, size):
                _take_snapshot(replica, snapshot, size)
            case LogCleaned(snapshot):
                older = replica.log.delete_before(snapshot)
                replica.emit(DeleteBefore(snapshot, tuple(older)))
            case ResignRequested(epoch):
                if isinstance(replica.state, Leader) and replica.state.epoch == epoch:
                    replica.state.resign_requested = True
            case ShutdownRequested(timeout_ms):
                replica.shutdown = Shutdown(replica.now.mono_ms + timeout_ms)
            case _:
                assert_never(event)

    def _settle(self) -> None:
        """Do all that is due now, through as many states as it takes."""
        replica = self.replica
        if _shutdown_is_over(replica):
            end_due_voter_change(replica)
            serve_parked_fetches(replica)
            return
        # Before a removed leader resigns: its last change is committed.
        end_due_voter_change(replica)
        for _ in range(_TRANSITIONS_MAX):
            state = replica.state
            self._deadline = duties.perform(replica)
            if replica.state is state:
                break
        else:
            raise AssertionError("a replica comes to rest")
        end_due_voter_change(replica)
        serve_parked_fetches(replica)
        syncing.begin_sync_when_due(replica)


def _take_snapshot(replica: Replica, snapshot: EpochAndOffset, size: int) -> None:
    assert snapshot.offset <= (replica.high_watermark or 0), "a snapshot holds what is committed"
    earliest = replica.log.earliest_snapshot
    if snapshot.offset < replica.log.start_offset and earliest is not None:
        # While it was written, the leader's newer one took the place of the log.
        replica.emit(DeleteBefore(earliest, (snapshot,)))
        return
    replica.log.snapshot_sizes[snapshot] = size
    replica.voters.truncate_before(snapshot.offset)


def _propose(replica: Replica, proposed: Proposed) -> None:
    leader = replica.state
    may_write = isinstance(leader, Leader) and leader.has_announced and replica.shutdown is None
    if not isinstance(leader, Leader) or not may_write or leader.epoch != proposed.epoch:
        replica.emit(Refused(proposed.ticket, ErrorCode.NOT_CONTROLLER))
        return
    base_offset = replica.log.end_offset
    end_offset = base_offset + sum(batch.record_count for batch in proposed.batches)
    replica.emit(Accepted(proposed.ticket, base_offset, end_offset))
    for batch in proposed.batches:
        append_as_leader(replica, leader, batch)


def _shutdown_is_over(replica: Replica) -> bool:
    """Whether nothing is left to hand over, or no time for it."""
    shutdown = replica.shutdown
    if shutdown is None:
        return False
    in_order = not replica.is_voter or replica.is_only_voter or replica.has_remote_leader
    if not in_order and shutdown.deadline_ms > replica.now.mono_ms:
        return False
    shutdown.is_finished = True
    if isinstance(replica.state, Leader) and replica.state.has_announced:
        replica.emit(LostLeadership(replica.state.epoch))
    replica.emit(ShutdownCompleted(in_order))
    return True


def _after_shutdown(event: Event) -> list[Effect]:
    if isinstance(event, Proposed):
        return [Refused(event.ticket, ErrorCode.NOT_CONTROLLER)]
    return []
