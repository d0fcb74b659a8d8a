"""What a log knows of one producer: enough to tell repeats, gaps and zombies (KIP-98).

Entries are values. An append makes new ones aside and puts them in place when the bytes are written, so a
refused or failed append leaves nothing behind.
"""

from typing import NamedTuple

from ottla.records.batch import NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP

BATCHES_KEPT = 5
"""As many batches as a client has under way at most: a repeat of any of them is recognised."""
NO_OFFSET = -1
_SEQUENCES = 1 << 31


class BatchMetadata(NamedTuple):
    """One appended batch, by its last record."""

    last_sequence: int
    last_offset: int
    offset_delta: int
    timestamp: int

    @property
    def first_sequence(self) -> int:
        return (self.last_sequence - self.offset_delta) % _SEQUENCES

    @property
    def first_offset(self) -> int:
        return self.last_offset - self.offset_delta


class ProducerEntry(NamedTuple):
    """A producer's epoch, last batches (oldest first) and open transaction.

    `transaction_start` is the first offset of the open transaction, NO_OFFSET when there is none;
    `coordinator_epoch` comes from the last transaction marker.
    """

    producer_id: int
    epoch: int = NO_PRODUCER_EPOCH
    coordinator_epoch: int = -1
    last_timestamp: int = NO_TIMESTAMP
    transaction_start: int = NO_OFFSET
    batches: tuple[BatchMetadata, ...] = ()

    @property
    def last_sequence(self) -> int:
        return self.batches[-1].last_sequence if self.batches else NO_SEQUENCE

    @property
    def last_data_offset(self) -> int:
        return self.batches[-1].last_offset if self.batches else NO_OFFSET

    def find_batch(self, epoch: int, first_sequence: int, last_sequence: int) -> BatchMetadata | None:
        """The kept batch of exactly these sequences: the append under way is a repeat of it."""
        if epoch == self.epoch:
            for batch in self.batches:
                if batch.last_sequence == last_sequence and batch.first_sequence == first_sequence:
                    return batch
        return None

    def with_batch(self, epoch: int, batch: BatchMetadata, transaction_start: int) -> "ProducerEntry":
        """After `batch`. What an older epoch sent counts no more."""
        before = self.batches[1 - BATCHES_KEPT :] if epoch == self.epoch else ()
        return ProducerEntry(
            self.producer_id,
            epoch,
            self.coordinator_epoch,
            batch.timestamp,
            transaction_start,
            (*before, batch),
        )

    def with_marker(self, epoch: int, coordinator_epoch: int, timestamp: int) -> "ProducerEntry":
        """After a transaction marker: no transaction is open."""
        before = self.batches if epoch == self.epoch else ()
        return ProducerEntry(self.producer_id, epoch, coordinator_epoch, timestamp, NO_OFFSET, before)
