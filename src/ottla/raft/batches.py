"""Batches of the metadata log and of snapshots: the one place that builds them, and the one that reads them.

Records have no headers and all bear their batch's time; a data record has no key and holds one framed
metadata record, a control record has a key that names its type. Ours are uncompressed, have no producer, and
their epoch is the leader's (or the snapshot's). Where a batch will stand is only known when the leader
appends it: offset and epoch lie outside the checksum and are stamped in then.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ottla.records.batch import HEADER_SIZE, BatchHeader, batches, set_base_offset, set_leader_epoch, validate
from ottla.records.invalid_record import CorruptBatch, InvalidRecord, UnsupportedBatchFormat
from ottla.records.records import Record, build_batch, records
from ottla.wire.message import Message
from ottla.wire.metadata_records import decode_metadata_record, encode_metadata_record

BATCH_BYTES_MAX = 8 * 1024 * 1024
"""`KafkaRaftClient.MAX_BATCH_SIZE_BYTES`: the largest batch of the metadata log."""
_RECORD_OVERHEAD_MAX = 5 + 1 + 1 + 5 + 1 + 5 + 1


class InvalidBatch(Exception):
    """Bytes that are no batch of the metadata log: torn, damaged, or of a form that Raft forbids."""


class RecordTooLarge(Exception):
    """What must go in whole does not fit into one batch."""


class PreparedBatch(NamedTuple):
    """A whole batch that begins at offset 0 of epoch 0 until it is stamped."""

    data: bytearray
    record_count: int

    def at(self, base_offset: int, epoch: int) -> bytes:
        """The batch as it stands at `base_offset`, written by the leader of `epoch`."""
        stamped = bytearray(self.data)
        set_base_offset(stamped, base_offset)
        set_leader_epoch(stamped, epoch)
        return bytes(stamped)


class BatchView(NamedTuple):
    """One batch, checksum verified."""

    header: BatchHeader
    data: memoryview

    @property
    def base_offset(self) -> int:
        return self.header.base_offset

    @property
    def end_offset(self) -> int:
        return self.header.last_offset + 1

    @property
    def epoch(self) -> int:
        return self.header.leader_epoch

    @property
    def is_control(self) -> bool:
        return self.header.is_control


def metadata_batch(content: Sequence[tuple[Message, int]], timestamp_ms: int) -> PreparedBatch:
    """One batch of metadata records and their versions, for one atomic append. Raises `RecordTooLarge`."""
    return data_batch([encode_metadata_record(record, version) for record, version in content], timestamp_ms)


def data_batch(values: Sequence[bytes], timestamp_ms: int) -> PreparedBatch:
    """One batch of framed metadata records, in order. Raises `RecordTooLarge`."""
    batch = _build([(None, value) for value in values], timestamp_ms)
    if len(batch.data) > BATCH_BYTES_MAX:
        raise RecordTooLarge(
            f"The total record(s) size of {len(batch.data)} exceeds the maximum allowed batch size of "
            f"{BATCH_BYTES_MAX}"
        )
    return batch


def data_batches(
    values: Iterable[bytes], timestamp_ms: int, bytes_max: int = BATCH_BYTES_MAX
) -> Iterator[PreparedBatch]:
    """As few batches as fit `bytes_max` each, for records that need not be appended whole.

    Raises `RecordTooLarge`.
    """
    waiting: list[bytes] = []
    size = HEADER_SIZE
    for value in values:
        needed = len(value) + _RECORD_OVERHEAD_MAX
        if waiting and size + needed > bytes_max:
            yield data_batch(waiting, timestamp_ms)
            waiting, size = [], HEADER_SIZE
        waiting.append(value)
        size += needed
    if waiting:
        yield data_batch(waiting, timestamp_ms)


def control_batch(content: Sequence[tuple[bytes, bytes]], timestamp_ms: int) -> PreparedBatch:
    """One control batch of (key, value) pairs."""
    return _build(content, timestamp_ms, control=True)


def read_batches(data: bytes | bytearray | memoryview) -> Iterator[BatchView]:
    """The batches in `data`, checksums verified; one cut off at the end is left out: a fetch may cut one.

    Raises `InvalidBatch`.
    """
    view = memoryview(data)
    try:
        for position, header in batches(view):
            validate(view, position, header)
            if header.record_count != header.last_offset_delta + 1:
                raise InvalidBatch(f"The batch at offset {header.base_offset} has offsets without records")
            yield BatchView(header, view[position : position + header.size])
    except (CorruptBatch, UnsupportedBatchFormat) as damage:
        raise InvalidBatch(str(damage)) from damage


def read_records(batch: BatchView) -> Iterator[tuple[bytes | None, bytes]]:
    """Key and value of every record, in order.

    Raises `InvalidBatch` for records that cannot be read, and for what Raft forbids.
    """
    base_timestamp = batch.header.base_timestamp
    try:
        for record in records(batch.data, 0, batch.header):
            if record.timestamp != base_timestamp or record.headers or not record.value:
                raise InvalidBatch(
                    f"The record at offset {record.offset} has a timestamp delta, headers or no value"
                )
            yield record.key, record.value
    except InvalidRecord as damage:
        raise InvalidBatch(str(damage)) from damage


def read_metadata_records(batch: BatchView) -> list[Message]:
    """The metadata records of a data batch.

    Raises `InvalidBatch`, `ProtocolError`, and `UnsupportedVersion` with the name of what we lack: none of
    them may be passed over.
    """
    return [decode_metadata_record(value)[0] for _, value in read_records(batch)]


def _build(
    content: Sequence[tuple[bytes | None, bytes]], timestamp_ms: int, *, control: bool = False
) -> PreparedBatch:
    numbered = [Record(offset, timestamp_ms, key, value) for offset, (key, value) in enumerate(content)]
    return PreparedBatch(build_batch(numbered, leader_epoch=0, control=control), len(numbered))
