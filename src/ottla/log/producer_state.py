"""The producers of one log and their open transactions (`ProducerStateManager`, without its files)."""

from collections.abc import Iterable

from ottla.log.append_refused import AppendRefused
from ottla.log.origin import Origin
from ottla.log.producer_entry import NO_OFFSET, BatchMetadata, ProducerEntry
from ottla.log.producer_rules import TV_UNKNOWN, CompletedTransaction, after_data, after_marker
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.model.ports import Buffer
from ottla.records.batch import CONTROL_FLAG, TRANSACTIONAL_FLAG, BatchHeader
from ottla.records.control import end_transaction


class Staged:
    """What an append will change when its bytes are written."""

    __slots__ = ("completed", "entries", "started")

    def __init__(self) -> None:
        self.entries: dict[int, ProducerEntry] = {}
        self.started: dict[int, int] = {}
        self.completed: list[CompletedTransaction] = []


class ProducerState:
    """Producers by id; transactions by their first offset.

    A transaction is *ongoing* until its marker is written, and *unreplicated* until the high watermark
    has passed the marker: only then may readers of committed records go on.
    """

    def __init__(self, partition: TopicPartition) -> None:
        self._partition = partition
        self.producers: dict[int, ProducerEntry] = {}
        self._ongoing: dict[int, int] = {}
        self._unreplicated: dict[int, int] = {}

    def find_duplicate(self, header: BatchHeader) -> BatchMetadata | None:
        entry = self.producers.get(header.producer_id)
        if entry is None or header.base_sequence == entry.last_sequence + 1:
            # Unknown, or the very next: nearly always.
            return None
        return entry.find_batch(header.producer_epoch, header.base_sequence, header.last_sequence)

    def stage(
        self,
        staged: Staged,
        buffer: Buffer,
        position: int,
        header: BatchHeader,
        offset: int,
        origin: Origin,
        transaction_version: int = TV_UNKNOWN,
    ) -> None:
        """Check the batch of a producer that will lie at `offset`, and note what follows from it."""
        producer_id = header.producer_id
        entry = staged.entries.get(producer_id) or self.producers.get(producer_id)
        before = entry or ProducerEntry(producer_id)
        if header.attributes & TRANSACTIONAL_FLAG and origin is not Origin.REPLICATION:
            self._refuse_old_epoch(entry, header)
        if header.attributes & CONTROL_FLAG:
            marker = end_transaction(buffer, position, header)
            if marker is None:
                staged.entries[producer_id] = before
                return
            after, completed = after_marker(
                before, header, marker, offset, origin, transaction_version, self._partition
            )
            if completed is not None:
                staged.completed.append(completed)
        else:
            after = after_data(before, header, offset, origin, self._partition)
            if before.transaction_start != after.transaction_start:
                staged.started[offset] = producer_id
        staged.entries[producer_id] = after

    def commit(self, staged: Staged) -> None:
        """The bytes are written."""
        self.producers.update(staged.entries)
        self._ongoing.update(staged.started)

    def complete(self, completed: CompletedTransaction) -> None:
        """Its marker is written, and the transaction index too."""
        assert completed.first_offset in self._ongoing, "a transaction that ends has begun"
        del self._ongoing[completed.first_offset]
        self._unreplicated[completed.first_offset] = completed.last_offset

    def stable_offset_after(self, completed: CompletedTransaction) -> int:
        """The last stable offset once `completed` is replicated: the transaction index keeps it."""
        others = (start for start, producer in self._ongoing.items() if producer != completed.producer_id)
        return min(others, default=completed.last_offset + 1)

    @property
    def first_unstable_offset(self) -> int | None:
        """Where the oldest transaction begins that is undecided, or decided and not yet replicated."""
        if not self._ongoing and not self._unreplicated:
            return None
        return min((*self._ongoing, *self._unreplicated))

    def replicated_to(self, high_watermark: int) -> None:
        """Markers below the high watermark are settled."""
        if self._unreplicated:
            self._unreplicated = {
                first: last for first, last in self._unreplicated.items() if last >= high_watermark
            }

    def load(self, entries: Iterable[ProducerEntry]) -> None:
        """Begin from a snapshot."""
        assert not self.producers, "state is loaded into an empty one"
        for entry in entries:
            self.producers[entry.producer_id] = entry
            if entry.transaction_start != NO_OFFSET:
                self._ongoing[entry.transaction_start] = entry.producer_id

    def clear(self) -> None:
        self.producers.clear()
        self._ongoing.clear()
        self._unreplicated.clear()

    def remove_expired(self, now_ms: int, expiration_ms: int) -> None:
        """Forget producers that were silent for `expiration_ms` and have no transaction open."""
        expired = [
            entry.producer_id for entry in self.producers.values() if is_expired(entry, now_ms, expiration_ms)
        ]
        for producer_id in expired:
            del self.producers[producer_id]

    def _refuse_old_epoch(self, entry: ProducerEntry | None, header: BatchHeader) -> None:
        """A zombie, or the late marker of one: whoever sent it may begin again."""
        if entry is not None and header.producer_epoch < entry.epoch:
            raise AppendRefused(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"Epoch of producer {header.producer_id} is {header.producer_epoch}, which is smaller than "
                f"the last seen epoch {entry.epoch}",
            )


def is_expired(entry: ProducerEntry, now_ms: int, expiration_ms: int) -> bool:
    return entry.transaction_start == NO_OFFSET and now_ms - entry.last_timestamp >= expiration_ms
