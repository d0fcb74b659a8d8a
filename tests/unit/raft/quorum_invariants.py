"""What must hold in every history of a quorum, each truth checked where it could break."""

from collections.abc import Iterable, Sequence

from ottla.raft.batches import BatchView
from ottla.raft.election_state import decode_quorum_state
from ottla.raft.voters import ReplicaKey


class Violation(AssertionError):
    """A promise of Raft is broken."""


def must(holds: bool, promise: str, *details: object) -> None:
    if not holds:
        raise Violation(f"{promise}: {details}")


class Invariants:
    """Sees what all replicas do, in the order of the schedule."""

    def __init__(self) -> None:
        self.leaders: dict[int, int] = {}
        self.votes: dict[tuple[int, int], int] = {}
        self.epochs: dict[int, int] = {}
        self.committed: dict[int, bytes] = {}
        self.values: list[str] = []
        self.committed_end = 0

    def led(self, node_id: int, epoch: int, log: Sequence[BatchView], start_offset: int) -> None:
        """Election safety, and leader completeness: a leader holds all that was committed before."""
        is_new = epoch not in self.leaders
        leader = self.leaders.setdefault(epoch, node_id)
        must(leader == node_id, "an epoch has one leader", epoch, leader, node_id)
        if not is_new:
            return
        held = {batch.base_offset: bytes(batch.data) for batch in log}
        for base_offset, data in self.committed.items():
            if base_offset >= start_offset:
                must(
                    held.get(base_offset) == data,
                    "a leader holds what is committed",
                    node_id,
                    epoch,
                    base_offset,
                )

    def voted(self, node_id: int, epoch: int, candidate: ReplicaKey, quorum_state: bytes | None) -> None:
        """A vote is given once an epoch, and only when the medium knows of it."""
        before = self.votes.setdefault((node_id, epoch), candidate.node_id)
        must(before == candidate.node_id, "a replica votes once an epoch", node_id, epoch, before, candidate)
        must(quorum_state is not None, "a vote is durable before it is given", node_id, epoch)
        stored = decode_quorum_state(quorum_state or b"")
        durable = stored.epoch == epoch and stored.voted_for(candidate)
        must(durable, "a vote is durable before it is given", node_id, epoch, candidate, stored)

    def persisted(self, node_id: int, quorum_state: bytes) -> None:
        epoch = decode_quorum_state(quorum_state).epoch
        must(epoch >= self.epochs.get(node_id, 0), "epochs never fall", node_id, epoch)
        self.epochs[node_id] = epoch

    def committed_below(self, node_id: int, offset: int, batches: Iterable[BatchView]) -> None:
        """State machine safety: at each offset all replicas ever commit the same batch."""
        for batch in batches:
            if batch.end_offset <= offset:
                data = bytes(batch.data)
                known = self.committed.setdefault(batch.base_offset, data)
                must(known == data, "what is committed stays", node_id, batch.base_offset)
        self.committed_end = max(self.committed_end, offset)

    def applied(self, node_id: int, values: Sequence[str]) -> None:
        """Every state machine has seen a prefix of the one history."""
        shared = min(len(values), len(self.values))
        must(list(values[:shared]) == self.values[:shared], "state machines agree", node_id, len(values))
        self.values.extend(values[shared:])

    def logs_match(self, one: Sequence[BatchView], other: Sequence[BatchView]) -> None:
        """Log matching: where two logs have the same offset and epoch, they are equal below."""
        theirs = {batch.base_offset: batch for batch in other}
        shared = [batch for batch in one if batch.base_offset in theirs]
        agree = [i for i, batch in enumerate(shared) if batch.epoch == theirs[batch.base_offset].epoch]
        for batch in shared[: agree[-1] + 1 if agree else 0]:
            must(batch.data == theirs[batch.base_offset].data, "logs match", batch.base_offset)
