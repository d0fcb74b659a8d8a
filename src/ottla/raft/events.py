"""What happens to the core. Each is handed to `Quorum.step` with the time at which it happened."""

from typing import NamedTuple

from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.raft.batches import PreparedBatch
from ottla.raft.distinct import distinct
from ottla.raft.positions import EpochAndOffset
from ottla.wire.message import Message


@distinct
class Started(NamedTuple):
    """The first event: the log is recovered, the network is up."""


@distinct
class Ticked(NamedTuple):
    """Time passed; due when `next_deadline` has come."""


@distinct
class Fsynced(NamedTuple):
    """What was appended before the last `SyncLog` is on the medium.

    A sync that fails stops the node instead.
    """


@distinct
class Proposed(NamedTuple):
    """The controller that was told `BecameLeader(epoch)` wants `batches` appended, whole and in order."""

    ticket: Ticket
    epoch: int
    batches: tuple[PreparedBatch, ...]


@distinct
class RequestReceived(NamedTuple):
    """A peer or a client asks; the answer comes as an `Answer` effect, for a parked fetch some time later."""

    ticket: Ticket
    listener: str
    """Name of the listener, in capitals: answers name the leader's address on the same listener."""
    version: int
    request: Message


@distinct
class ResponseReceived(NamedTuple):
    """The answer to `Send(correlation_id)`."""

    correlation_id: int
    response: Message


@distinct
class RequestFailed(NamedTuple):
    """`Send(correlation_id)` got no answer.

    BROKER_NOT_AVAILABLE when the connection failed, UNSUPPORTED_VERSION when the peer cannot read the
    request.
    """

    correlation_id: int
    error: ErrorCode


@distinct
class SnapshotCreated(NamedTuple):
    """The state machine has written a snapshot of what is committed below `snapshot.offset`, synced."""

    snapshot: EpochAndOffset
    size: int


@distinct
class LogCleaned(NamedTuple):
    """The retention of snapshots (`snapshot_retention`) lets the log begin behind `snapshot`."""

    snapshot: EpochAndOffset


@distinct
class ResignRequested(NamedTuple):
    """The controller of `epoch` cannot go on and gives leadership away."""

    epoch: int


@distinct
class ShutdownRequested(NamedTuple):
    """Leave in order: a leader resigns and waits for another, at most `timeout_ms`."""

    timeout_ms: int


Event = (
    Started
    | Ticked
    | Fsynced
    | Proposed
    | RequestReceived
    | ResponseReceived
    | RequestFailed
    | SnapshotCreated
    | LogCleaned
    | ResignRequested
    | ShutdownRequested
)
