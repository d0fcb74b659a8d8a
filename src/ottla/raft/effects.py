"""What the core wants done. The runtime carries effects out strictly in order.

An effect that must be durable (`PersistQuorumState`, `CompleteSnapshot`) is so before the next one begins;
that order is what makes a vote count once. Only `SyncLog` is answered later, by `Fsynced`. Files are those of
`__cluster_metadata-0`.
"""

from types import MappingProxyType
from typing import NamedTuple

from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.raft.distinct import distinct
from ottla.raft.positions import EpochAndOffset
from ottla.raft.voters import Endpoints, Node
from ottla.wire.message import Message


@distinct
class PersistQuorumState(NamedTuple):
    """Replace `quorum-state` durably."""

    content: bytes


@distinct
class Append(NamedTuple):
    """Write whole batches at the end of the log, byte for byte."""

    epoch: int
    base_offset: int
    end_offset: int
    data: bytes


@distinct
class SyncLog(NamedTuple):
    """Bring everything appended so far onto the medium, then tell `Fsynced`.

    There is at most one at a time.
    """


@distinct
class TruncateTo(NamedTuple):
    """Remove everything from `offset` on; it was never committed."""

    offset: int


@distinct
class Accepted(NamedTuple):
    """The proposal's records stand at `[base_offset, end_offset)`.

    They commit when the high watermark passes the end.
    """

    ticket: Ticket
    base_offset: int
    end_offset: int


@distinct
class Refused(NamedTuple):
    """The proposal is not in the log: this replica does not lead that epoch any more."""

    ticket: Ticket
    error: ErrorCode


@distinct
class HighWatermarkAdvanced(NamedTuple):
    """Records below `offset` are committed: hand those not yet applied to the state machine."""

    offset: int


@distinct
class LoadSnapshot(NamedTuple):
    """Let the state machine begin anew from this snapshot, and apply from its end offset on."""

    snapshot: EpochAndOffset


@distinct
class LeaderChanged(NamedTuple):
    """Who leads, as far as this replica knows. Brokers send to the controller at one of `endpoints`."""

    epoch: int
    leader_id: int | None
    endpoints: Endpoints = MappingProxyType({})


@distinct
class BecameLeader(NamedTuple):
    """This replica leads and every record of earlier epochs is committed and handed over.

    The controller may write.
    """

    epoch: int


@distinct
class LostLeadership(NamedTuple):
    """What the controller of `epoch` proposed and saw no commit of may or may not survive."""

    epoch: int


@distinct
class Send(NamedTuple):
    """One request to a peer, in the highest version that both know.

    Answered by `ResponseReceived` or `RequestFailed`.
    """

    correlation_id: int
    destination: Node
    request: Message


@distinct
class Answer(NamedTuple):
    """The whole answer."""

    ticket: Ticket
    response: Message


@distinct
class AnswerFromLog(NamedTuple):
    """An answer to Fetch.

    Put the batches from `offset` on, below `end_offset`, into its one partition's `records`. At most
    `max_bytes`, but at least one batch.
    """

    ticket: Ticket
    response: Message
    offset: int
    end_offset: int
    max_bytes: int


@distinct
class AnswerFromSnapshot(NamedTuple):
    """An answer to FetchSnapshot: put `max_bytes` of the file from `position` on into `unaligned_records`."""

    ticket: Ticket
    response: Message
    snapshot: EpochAndOffset
    position: int
    max_bytes: int


@distinct
class WriteSnapshotChunk(NamedTuple):
    """Write `data` at `position` of the snapshot's `.part` file; at position 0 whatever was there goes."""

    snapshot: EpochAndOffset
    position: int
    data: bytes


@distinct
class CompleteSnapshot(NamedTuple):
    """Sync the `.part` file and give it its name."""

    snapshot: EpochAndOffset


@distinct
class DiscardSnapshot(NamedTuple):
    """Remove the `.part` file."""

    snapshot: EpochAndOffset


@distinct
class RestartLogAt(NamedTuple):
    """Remove the whole log and `older` snapshots; it goes on, empty, at the end offset of `snapshot`."""

    snapshot: EpochAndOffset
    older: tuple[EpochAndOffset, ...]


@distinct
class DeleteBefore(NamedTuple):
    """The log begins at the end offset of `snapshot`.

    Whole segments below it and `older` snapshots may go.
    """

    snapshot: EpochAndOffset
    older: tuple[EpochAndOffset, ...]


@distinct
class Transitioned(NamedTuple):
    """A fact for the log: the replica is in another state."""

    state: str


@distinct
class BatchesRejected(NamedTuple):
    """A fact for the log: the leader's answer held bytes that cannot be appended.

    They are asked for again.
    """

    reason: str


@distinct
class ShutdownCompleted(NamedTuple):
    """The replica takes no further part. `in_order` is false when the time ran out first."""

    in_order: bool


Effect = (
    PersistQuorumState
    | Append
    | SyncLog
    | TruncateTo
    | Accepted
    | Refused
    | HighWatermarkAdvanced
    | LoadSnapshot
    | LeaderChanged
    | BecameLeader
    | LostLeadership
    | Send
    | Answer
    | AnswerFromLog
    | AnswerFromSnapshot
    | WriteSnapshotChunk
    | CompleteSnapshot
    | DiscardSnapshot
    | RestartLogAt
    | DeleteBefore
    | Transitioned
    | BatchesRejected
    | ShutdownCompleted
)
