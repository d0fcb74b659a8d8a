"""Carries out what the raft core wants, strictly in order, and tells it what came of it."""

from collections.abc import Callable
from typing import Any, Protocol, assert_never

from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.raft.batches import PreparedBatch
from ottla.raft.effects import (
    Accepted,
    Answer,
    AnswerFromLog,
    AnswerFromSnapshot,
    Append,
    BatchesRejected,
    BecameLeader,
    CompleteSnapshot,
    DeleteBefore,
    DiscardSnapshot,
    Effect,
    HighWatermarkAdvanced,
    LeaderChanged,
    LoadSnapshot,
    LostLeadership,
    PersistQuorumState,
    Refused,
    RestartLogAt,
    Send,
    ShutdownCompleted,
    SyncLog,
    Transitioned,
    TruncateTo,
    WriteSnapshotChunk,
)
from ottla.raft.events import Event, Fsynced, Proposed, RequestReceived, Ticked
from ottla.raft.positions import EpochAndOffset
from ottla.raft.quorum import Quorum
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadline, Deadlines
from ottla.runtime.quorum.metadata_log import MetadataLog
from ottla.wire.message import Message


class QuorumListener(Protocol):
    """Whoever lives on the committed log: the metadata loader and the controller."""

    def committed(self, end: int) -> None: ...

    def load_snapshot(self, snapshot: EpochAndOffset) -> None: ...

    def became_leader(self, epoch: int) -> None: ...

    def lost_leadership(self, epoch: int) -> None: ...

    def leader_changed(self, change: LeaderChanged) -> None: ...

    def transitioned(self, state: str) -> None: ...

    def batches_rejected(self, reason: str) -> None: ...


class QuorumDriver:
    """The one that steps the core. Effects never step it from within: what they cause waits in line."""

    def __init__(
        self,
        core: Quorum,
        log: MetadataLog,
        send: Callable[[Send], None],
        clock: Clock,
        deadlines: Deadlines,
        on_disk_failure: Callable[[OSError], None],
    ) -> None:
        self.core, self.log = core, log
        self._send, self._clock, self._deadlines = send, clock, deadlines
        self._on_disk_failure = on_disk_failure
        self.listener: QuorumListener | None = None
        self._events: list[Event] = []
        self._stepping = False
        self._last_ticket = 0
        self._answers: dict[Ticket, Later[Message]] = {}
        self._accepted: dict[Ticket, Accepted | Refused] = {}
        self._deadline: Deadline | None = None
        self._leaving: Later[bool] = Later()

    def step(self, event: Event) -> None:
        """Tell the core, and do what follows from it."""
        self._events.append(event)
        if self._stepping:
            return
        self._stepping = True
        try:
            while self._events:
                for effect in self.core.step(self._events.pop(0), self._clock.now()):
                    self._carry_out(effect)
        except OSError as error:
            # What is not durable must not be built upon: the node ends here.
            self._on_disk_failure(error)
        finally:
            self._stepping = False
        self._set_deadline()

    def ask(self, request: Message, version: int, listener: str) -> Later[Any]:
        """A peer's or client's request to this replica."""
        ticket = self._ticket()
        later: Later[Message] = Later()
        self._answers[ticket] = later
        self.step(RequestReceived(ticket, listener.upper(), version, request))
        return later

    def propose(self, epoch: int, batches: tuple[PreparedBatch, ...]) -> Accepted | Refused:
        """Append as the leader of `epoch`; where the records stand now, uncommitted.

        Never called from within a step: the controller decides on the loop's next turn.
        """
        assert not self._stepping, "the core is not stepped from within"
        ticket = self._ticket()
        self.step(Proposed(ticket, epoch, batches))
        return self._accepted.pop(ticket, Refused(ticket, ErrorCode.NOT_CONTROLLER))

    def when_left(self) -> Later[bool]:
        """Settled when the core has left the quorum after ShutdownRequested."""
        return self._leaving

    def drop(self) -> None:
        """Nothing is stepped or carried out any more."""
        self.close()
        self._stepping = True

    def close(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _ticket(self) -> Ticket:
        self._last_ticket += 1
        return Ticket(self._last_ticket)

    def _set_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        at_ms = self.core.next_deadline()
        if at_ms is not None:
            self._deadline = self._deadlines.at(at_ms, lambda: self.step(Ticked()))

    def _carry_out(self, effect: Effect) -> None:  # noqa: C901  one arm for each effect
        log, listener = self.log, self.listener
        assert listener is not None, "the listener is set before the first step"
        match effect:
            case PersistQuorumState(content):
                log.write_quorum_state(content)
            case Append(epoch, _, _, data):
                log.append(data, epoch)
            case SyncLog():
                log.sync_later(self._synced)
            case TruncateTo(offset):
                log.truncate_to(offset)
            case Accepted() | Refused():
                self._accepted[effect.ticket] = effect
            case HighWatermarkAdvanced(offset):
                listener.committed(offset)
            case LoadSnapshot(snapshot):
                listener.load_snapshot(snapshot)
            case LeaderChanged():
                listener.leader_changed(effect)
            case BecameLeader(epoch):
                listener.became_leader(epoch)
            case LostLeadership(epoch):
                listener.lost_leadership(epoch)
            case Send():
                self._send(effect)
            case Answer(ticket, response):
                self._answers.pop(ticket).settle(response)
            case AnswerFromLog():
                self._answer_from_log(effect)
            case AnswerFromSnapshot():
                self._answer_from_snapshot(effect)
            case WriteSnapshotChunk(snapshot, position, data):
                log.snapshots.write_chunk(snapshot, position, data)
            case CompleteSnapshot(snapshot):
                log.snapshots.complete(snapshot)
            case DiscardSnapshot(snapshot):
                log.snapshots.discard(snapshot)
            case RestartLogAt(snapshot, older):
                log.restart_at(snapshot, older)
            case DeleteBefore(snapshot, older):
                log.delete_before(snapshot, older)
            case Transitioned(state):
                listener.transitioned(state)
            case BatchesRejected(reason):
                listener.batches_rejected(reason)
            case ShutdownCompleted(in_order):
                self._leaving.settle(in_order)
            case _:
                assert_never(effect)

    def _synced(self, error: OSError | None) -> None:
        if error is not None:
            self._on_disk_failure(error)
        else:
            self.step(Fsynced())

    def _answer_from_log(self, effect: AnswerFromLog) -> None:
        response: Any = effect.response
        response.responses[0].partitions[0].records = self.log.read(
            effect.offset, effect.end_offset, effect.max_bytes
        )
        self._answers.pop(effect.ticket).settle(response)

    def _answer_from_snapshot(self, effect: AnswerFromSnapshot) -> None:
        response: Any = effect.response
        response.topics[0].partitions[0].unaligned_records = self.log.snapshots.read_chunk(
            effect.snapshot, effect.position, effect.max_bytes
        )
        self._answers.pop(effect.ticket).settle(response)
