"""What a producer's next batch must look like: epoch, sequence, transaction (`ProducerAppendInfo`).

Clients are checked wholly, coordinators for their epoch, replicated batches not at all: the leader did.
"""

from typing import NamedTuple

from ottla.log.append_refused import AppendRefused
from ottla.log.origin import Origin
from ottla.log.producer_entry import NO_OFFSET, BatchMetadata, ProducerEntry
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import NO_PRODUCER_EPOCH, TRANSACTIONAL_FLAG, BatchHeader
from ottla.records.control import EndTransaction

TV_UNKNOWN, TV_LEGACY, TV_EPOCH_BUMP = -1, 0, 2
"""Transaction versions: since the second one a marker bears an epoch of its own (KIP-890, KIP-1228)."""
_EPOCH_MAX = 0x7FFF
_SEQUENCE_MAX = 0x7FFFFFFF


class CompletedTransaction(NamedTuple):
    """A marker ended the transaction that began at `first_offset`."""

    producer_id: int
    first_offset: int
    last_offset: int
    aborted: bool


def after_data(
    entry: ProducerEntry, header: BatchHeader, offset: int, origin: Origin, partition: TopicPartition
) -> ProducerEntry:
    """The producer's entry after a data batch at `offset`. Raises AppendRefused."""
    _check_epoch(entry, header.producer_epoch, offset, TV_UNKNOWN, origin, partition)
    if origin is Origin.CLIENT:
        _check_sequence(entry, header, offset, partition)
    start = entry.transaction_start
    if header.attributes & TRANSACTIONAL_FLAG:
        start = offset if start == NO_OFFSET else start
    elif start != NO_OFFSET:
        raise AppendRefused(
            ErrorCode.INVALID_TXN_STATE,
            f"Expected transactional write from producer {entry.producer_id} at offset "
            f"(offset={offset}, segment=[-1:-1]) in partition {partition}",
        )
    delta = header.last_offset_delta
    batch = BatchMetadata(header.last_sequence, offset + delta, delta, header.max_timestamp)
    return entry.with_batch(header.producer_epoch, batch, start)


def after_marker(
    entry: ProducerEntry,
    header: BatchHeader,
    marker: EndTransaction,
    offset: int,
    origin: Origin,
    transaction_version: int,
    partition: TopicPartition,
) -> tuple[ProducerEntry, CompletedTransaction | None]:
    """The producer's entry after a marker at `offset`, and the transaction that it ends, if one was open."""
    # Followers are not told the version; the leader has checked, and the older rule is the laxer one.
    version = TV_LEGACY if transaction_version == TV_UNKNOWN else transaction_version
    _check_epoch(entry, header.producer_epoch, offset, version, origin, partition)
    if entry.coordinator_epoch > marker.coordinator_epoch and origin is not Origin.REPLICATION:
        raise AppendRefused(
            ErrorCode.TRANSACTION_COORDINATOR_FENCED,
            f"Invalid coordinator epoch for producerId {entry.producer_id} at offset {offset} in partition "
            f"{partition}: {marker.coordinator_epoch} (zombie), {entry.coordinator_epoch} (current)",
        )
    completed = None
    if entry.transaction_start != NO_OFFSET:
        completed = CompletedTransaction(
            entry.producer_id, entry.transaction_start, offset, not marker.committed
        )
    ended = entry.with_marker(header.producer_epoch, marker.coordinator_epoch, header.max_timestamp)
    return ended, completed


def _check_epoch(
    entry: ProducerEntry, epoch: int, offset: int, version: int, origin: Origin, partition: TopicPartition
) -> None:
    bumped = version >= TV_EPOCH_BUMP
    if epoch > entry.epoch or (epoch == entry.epoch and not bumped) or origin is Origin.REPLICATION:
        return
    # A repeat of a marker that was written already does no harm (KAFKA-19999).
    if bumped and epoch == entry.epoch and (entry.transaction_start == NO_OFFSET or epoch == _EPOCH_MAX):
        return
    raise AppendRefused(
        ErrorCode.INVALID_PRODUCER_EPOCH,
        f"Epoch of producer {entry.producer_id} at offset {offset} in {partition} is {epoch}, which is "
        f"{'<=' if bumped else '<'} the last seen epoch {entry.epoch} (TV{version})",
    )


def _check_sequence(
    entry: ProducerEntry, header: BatchHeader, offset: int, partition: TopicPartition
) -> None:
    first = header.base_sequence
    if entry.epoch == NO_PRODUCER_EPOCH:
        # Nothing is known of this producer, perhaps because its records are deleted: any sequence will do.
        return
    if header.producer_epoch != entry.epoch:
        if first != 0:
            raise AppendRefused(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"Invalid sequence number for new epoch of producer {entry.producer_id}at offset {offset} in "
                f"partition {partition}: {header.producer_epoch} (request epoch), {first} (seq. number), "
                f"{entry.epoch} (current producer epoch)",
            )
        return
    last = entry.last_sequence
    if first != last + 1 and not (first == 0 and last == _SEQUENCE_MAX):
        raise AppendRefused(
            ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
            f"Out of order sequence number for producer {entry.producer_id} at offset {offset} in partition "
            f"{partition}: {first} (incoming seq. number), {last} (current end sequence number)",
        )
