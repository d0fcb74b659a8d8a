"""A replica whose effects are carried out in memory: what the runtime does, without a disk or a network."""

from collections.abc import Sequence

from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.uuid import Uuid
from ottla.raft.batches import BatchView, PreparedBatch, data_batch, metadata_batch, read_batches
from ottla.raft.config import QuorumConfig
from ottla.raft.control_records import note_control_records
from ottla.raft.effects import (
    Append,
    Effect,
    PersistQuorumState,
    SyncLog,
    TruncateTo,
)
from ottla.raft.events import Event, Fsynced, Proposed, Started
from ottla.raft.log_view import LogView
from ottla.raft.quorum import Quorum
from ottla.raft.replica import Identity
from ottla.raft.voter_history import VoterHistory
from ottla.raft.voters import Address, Node, ReplicaKey, VoterSet
from ottla.wire.message import Message

LISTENER = "CONTROLLER"
CLUSTER = "AAAAAAAAQACAAAAAAAAAAA"


class CountedEntropy:
    """Chance that always says the same, so that examples can be read."""

    def uuid(self) -> Uuid:
        return directory(99)

    def below(self, bound: int) -> int:
        return 0


def directory(node_id: int) -> Uuid:
    return Uuid(bytes(7) + b"\x7f" + bytes(7) + bytes([node_id]))


def address(node_id: int) -> Address:
    return Address(f"host{node_id}", 9093)


def identity(node_id: int, voter_ids: Sequence[int], *, can_become_voter: bool = True) -> Identity:
    return Identity(
        key=ReplicaKey(node_id, directory(node_id)),
        cluster_id=CLUSTER,
        listener=LISTENER,
        endpoints={LISTENER: address(node_id)},
        bootstrap_servers=tuple(Node(-2 - at, *address(voter)) for at, voter in enumerate(voter_ids)),
        can_become_voter=can_become_voter,
    )


def static_voters(*node_ids: int) -> VoterSet:
    return VoterSet.static(LISTENER, {node_id: address(node_id) for node_id in node_ids})


def records(*values: str) -> PreparedBatch:
    return data_batch([value.encode() for value in values], 1_000)


class PaperReplica:
    """One `Quorum` with its log in memory; it keeps every effect in order."""

    def __init__(
        self, node_id: int = 1, voter_ids: Sequence[int] = (1,), config: QuorumConfig | None = None
    ) -> None:
        self.node_id, self.voter_ids = node_id, voter_ids
        self.config = config or QuorumConfig(append_linger_ms=0)
        self.now_ms = 0
        self.batches: list[BatchView] = []
        self.quorum_state: bytes | None = None
        self.syncs_at_once = True
        self.tickets = 0
        self.quorum = self._quorum()

    def start(self) -> list[Effect]:
        return self.step(Started())

    def restart(self) -> list[Effect]:
        """As after a stop in which nothing was lost."""
        self.quorum = self._quorum()
        return self.start()

    def step(self, event: Event, at_ms: int | None = None) -> list[Effect]:
        """Hand in `event`; syncs end within the step unless `syncs_at_once` is off."""
        self.now_ms = self.now_ms if at_ms is None else at_ms
        effects = self.quorum.step(event, Now(self.now_ms, 1_000_000 + self.now_ms))
        for effect in effects:
            self._carry_out(effect)
        if self.syncs_at_once and any(isinstance(effect, SyncLog) for effect in effects):
            effects = effects + self.step(Fsynced())
        return effects

    def propose(self, *content: Message) -> list[Effect]:
        """Metadata records, all in their version 0, as the controller of the present epoch."""
        batch = metadata_batch([(record, 0) for record in content], 1_000)
        return self.step(Proposed(self.ticket(), self.quorum.epoch, (batch,)))

    def ticket(self) -> Ticket:
        self.tickets += 1
        return Ticket(self.tickets)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PersistQuorumState(content):
                self.quorum_state = content
            case Append():
                self.batches.extend(read_batches(effect.data))
            case TruncateTo(offset):
                self.batches = [batch for batch in self.batches if batch.end_offset <= offset]
            case _:
                pass

    def _quorum(self) -> Quorum:
        history = VoterHistory(static_voters(*self.voter_ids))
        epochs: list[tuple[int, int]] = []
        for batch in self.batches:
            if not epochs or epochs[-1][0] != batch.epoch:
                epochs.append((batch.epoch, batch.base_offset))
            if batch.is_control:
                note_control_records(history, batch)
        end = self.batches[-1].end_offset if self.batches else 0
        return Quorum(
            identity(self.node_id, self.voter_ids),
            self.config,
            CountedEntropy(),
            LogView.recovered(0, end, epochs, {}),
            history,
            self.quorum_state,
        )
