"""The header of a record batch of format 2: read it, check it, and write into it in place.

A batch is 61 bytes of header and then the records, possibly compressed («Record Batch» in Kafka's
protocol guide; KIP-98). Base offset, length, leader epoch and magic stand before the checksum and are
not covered by it, so a leader assigns offsets without touching the CRC.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from ottla.model.ports import Buffer
from ottla.records.crc32c import crc32c
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat

HEADER_SIZE = 61
LOG_OVERHEAD = 12
"""Base offset and length: what the length field does not count."""
MAGIC = 2
NO_TIMESTAMP = -1
NO_PRODUCER_ID = -1
NO_PRODUCER_EPOCH = -1
NO_SEQUENCE = -1

COMPRESSION_MASK = 0x07
LOG_APPEND_TIME_FLAG = 0x08
TRANSACTIONAL_FLAG = 0x10
CONTROL_FLAG = 0x20
DELETE_HORIZON_FLAG = 0x40

CREATE_TIME, LOG_APPEND_TIME = 0, 1
"""Timestamp types, as in the attributes."""

_HEADER = Struct(">qiibIhiqqqhii")
_OFFSET_AND_SIZE = Struct(">qi")
_BASE_OFFSET, _LEADER_EPOCH, _CRC = Struct(">q"), Struct(">i"), Struct(">I")
_ATTRIBUTES, _MAX_TIMESTAMP = Struct(">h"), Struct(">q")
_LEADER_EPOCH_AT, MAGIC_AT, _CRC_AT, ATTRIBUTES_AT, _MAX_TIMESTAMP_AT = 12, 16, 17, 21, 35
_SIZE_MIN = 14  # the smallest record of format 0, which Kafka checks before it knows the format
_SEQUENCE_MAX = 0x7FFFFFFF


class BatchHeader(NamedTuple):
    """The thirteen fields, in their order on disk."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def size(self) -> int:
        """Bytes of the whole batch."""
        return LOG_OVERHEAD + self.length

    @property
    def last_offset(self) -> int:
        return self.base_offset + self.last_offset_delta

    @property
    def last_sequence(self) -> int:
        if self.base_sequence == NO_SEQUENCE:
            return NO_SEQUENCE
        return add_to_sequence(self.base_sequence, self.last_offset_delta)

    @property
    def compression(self) -> int:
        return self.attributes & COMPRESSION_MASK

    @property
    def timestamp_type(self) -> int:
        return LOG_APPEND_TIME if self.attributes & LOG_APPEND_TIME_FLAG else CREATE_TIME

    @property
    def is_transactional(self) -> bool:
        return bool(self.attributes & TRANSACTIONAL_FLAG)

    @property
    def is_control(self) -> bool:
        return bool(self.attributes & CONTROL_FLAG)

    @property
    def has_producer(self) -> bool:
        return self.producer_id > NO_PRODUCER_ID

    @property
    def delete_horizon(self) -> int | None:
        """When tombstones of this batch may go, in wall-clock ms (KIP-534); None while it is not decided."""
        return self.base_timestamp if self.attributes & DELETE_HORIZON_FLAG else None


def add_to_sequence(sequence: int, increment: int) -> int:
    """Sequences run from 0 to 2**31 - 1 and then begin again."""
    if sequence > _SEQUENCE_MAX - increment:
        return increment - (_SEQUENCE_MAX - sequence) - 1
    return sequence + increment


def read_header(buffer: Buffer, position: int = 0) -> BatchHeader:
    """The header at `position`, where 61 bytes must be. Nothing is checked."""
    return BatchHeader._make(_HEADER.unpack_from(buffer, position))


def batch_size(buffer: Buffer, position: int = 0) -> int:
    """Bytes of the batch that begins at `position`. Raises CorruptBatch for an impossible size."""
    _, length = _OFFSET_AND_SIZE.unpack_from(buffer, position)
    if length < _SIZE_MIN:
        raise CorruptBatch(f"Record size {length} is less than the minimum record overhead ({_SIZE_MIN})")
    return LOG_OVERHEAD + int(length)


def batches(buffer: Buffer, start: int = 0, end: int | None = None) -> Iterator[tuple[int, BatchHeader]]:
    """Position and header of each complete batch; what is left at the end, cut short, is passed over.

    Raises CorruptBatch for an impossible size or magic, UnsupportedBatchFormat for formats 0 and 1.
    """
    position, end = start, len(buffer) if end is None else end
    while position + LOG_OVERHEAD <= end:
        size = batch_size(buffer, position)
        if position + size > end or position + MAGIC_AT >= end:
            return
        check_magic(buffer[position + MAGIC_AT])
        if size < HEADER_SIZE:
            raise CorruptBatch(_too_small(size))
        yield position, read_header(buffer, position)
        position += size


def check_magic(magic: int) -> None:
    if magic == MAGIC:
        return
    if magic in (0, 1):
        raise UnsupportedBatchFormat(f"Record batches with magic version {magic} are not supported")
    raise CorruptBatch(f"Invalid magic found in record: {magic}")


def validate(buffer: Buffer, position: int, header: BatchHeader) -> None:
    """Check size and checksum of the whole batch at `position`. Raises CorruptBatch."""
    if header.size < HEADER_SIZE:
        raise CorruptBatch(_too_small(header.size))
    computed = crc32c(memoryview(buffer)[position + ATTRIBUTES_AT : position + header.size])
    if computed != header.crc:
        raise CorruptBatch(f"Record is corrupt (stored crc = {header.crc}, computed crc = {computed})")


def set_base_offset(buffer: bytearray | memoryview, offset: int, position: int = 0) -> None:
    _BASE_OFFSET.pack_into(buffer, position, offset)


def set_leader_epoch(buffer: bytearray | memoryview, epoch: int, position: int = 0) -> None:
    _LEADER_EPOCH.pack_into(buffer, position + _LEADER_EPOCH_AT, epoch)


def set_max_timestamp(
    buffer: bytearray | memoryview, timestamp_type: int, max_timestamp: int, position: int = 0
) -> None:
    """Stamp type and time into the batch at `position` and compute its checksum anew."""
    header = read_header(buffer, position)
    attributes = header.attributes & ~LOG_APPEND_TIME_FLAG
    if timestamp_type == LOG_APPEND_TIME:
        attributes |= LOG_APPEND_TIME_FLAG
    _ATTRIBUTES.pack_into(buffer, position + ATTRIBUTES_AT, attributes)
    _MAX_TIMESTAMP.pack_into(buffer, position + _MAX_TIMESTAMP_AT, max_timestamp)
    seal(buffer, position, header.size)


def seal(buffer: bytearray | memoryview, position: int, size: int) -> None:
    """Write the checksum of the `size` bytes at `position` into them."""
    checksum = crc32c(memoryview(buffer)[position + ATTRIBUTES_AT : position + size])
    _CRC.pack_into(buffer, position + _CRC_AT, checksum)


def pack_header(header: BatchHeader) -> bytes:
    return _HEADER.pack(*header)


def _too_small(size: int) -> str:
    return (
        f"Record batch is corrupt (the size {size} is smaller than "
        f"the minimum allowed overhead {HEADER_SIZE})"
    )
