"""What the batch of an append must look like, and how it is made ours (`LogValidator`).

The usual batch passes by its header and checksum alone and is patched where it lies. Its records are
looked at only where the outcome depends on them: that is `rewriting`.
"""

from ottla.log.append_refused import AppendRefused
from ottla.log.config import LogConfig
from ottla.log.origin import Origin
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import (
    ATTRIBUTES_AT,
    COMPRESSION_MASK,
    CONTROL_FLAG,
    HEADER_SIZE,
    LOG_APPEND_TIME_FLAG,
    LOG_OVERHEAD,
    MAGIC,
    BatchHeader,
    read_header,
)
from ottla.records.compression import Codec
from ottla.records.crc32c import crc32c

CODEC_MAX = int(max(Codec))


def check_batch(
    data: memoryview | bytearray, origin: Origin, max_bytes: int, partition: TopicPartition
) -> BatchHeader:
    """The header of `data`, which must be exactly one sound batch of format 2. Raises AppendRefused."""
    if len(data) < HEADER_SIZE:
        raise AppendRefused(ErrorCode.INVALID_RECORD, "There is no record batch")
    header = read_header(data)
    size = header.length + LOG_OVERHEAD
    if header.magic != MAGIC:
        raise AppendRefused(ErrorCode.INVALID_RECORD, "Only record batches with magic version 2 are allowed")
    if size != len(data):
        raise _not_one_batch(size, len(data))
    if header.base_offset and origin is Origin.CLIENT:
        raise AppendRefused(
            ErrorCode.INVALID_RECORD,
            f"The baseOffset of the record batch in the append to {partition} should be 0, "
            f"but it is {header.base_offset}",
        )
    if size > max_bytes:
        raise AppendRefused(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"The record batch size in the append to {partition} is {size} bytes "
            f"which exceeds the maximum configured value of {max_bytes}).",
        )
    if crc32c(memoryview(data)[ATTRIBUTES_AT:]) != header.crc:
        raise AppendRefused(
            ErrorCode.CORRUPT_MESSAGE,
            f"Record is corrupt (stored crc = {header.crc}) in topic partition {partition}.",
        )
    if origin is Origin.CLIENT:
        _check_client(header, partition)
    return header


def passes_through(header: BatchHeader, config: LogConfig, now_ms: int) -> bool:
    """Whether the bytes go to disk as they are, but for offset and epoch. Nearly always true."""
    attributes = header.attributes
    return (
        config.batches_pass
        and not attributes & LOG_APPEND_TIME_FLAG
        and attributes & COMPRESSION_MASK <= CODEC_MAX
        and header.max_timestamp - now_ms <= config.message_timestamp_after_max_ms
    )


def _check_client(header: BatchHeader, partition: TopicPartition) -> None:
    last, count = header.last_offset_delta, header.record_count
    if last + 1 != count or count <= 0:
        raise AppendRefused(ErrorCode.INVALID_RECORD, _offsets_refused(header, partition))
    if header.attributes & CONTROL_FLAG:
        raise AppendRefused(
            ErrorCode.INVALID_RECORD,
            f"Clients are not allowed to write control records in topic partition {partition}",
        )
    if header.producer_id >= 0 and header.base_sequence < 0:
        raise AppendRefused(
            ErrorCode.INVALID_RECORD,
            f"Invalid sequence number {header.base_sequence} in record batch with producerId "
            f"{header.producer_id} in topic partition {partition}",
        )


def _offsets_refused(header: BatchHeader, partition: TopicPartition) -> str:
    offsets = f"[{header.base_offset}, {header.last_offset}]"
    if header.last_offset_delta < 0:
        return f"Batch has an invalid offset range: {offsets} in topic partition {partition}"
    if header.record_count <= 0:
        return (
            f"Invalid reported count for record batch: {header.record_count} in topic partition {partition}"
        )
    return (
        f"Inconsistent batch offset range {offsets} and count of records {header.record_count} "
        f"in topic partition {partition}"
    )


def _not_one_batch(size: int, length: int) -> AppendRefused:
    if size < HEADER_SIZE:
        return AppendRefused(
            ErrorCode.CORRUPT_MESSAGE, f"Record size {size} is less than the minimum record overhead"
        )
    if size > length:
        return AppendRefused(ErrorCode.INVALID_RECORD, "The record batch is cut short")
    return AppendRefused(ErrorCode.INVALID_RECORD, "Only one record batch per partition is allowed")
