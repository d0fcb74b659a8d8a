"""The one batch that a produce request may carry for a partition (`ProduceRequest.validateRecords`)."""

from contextlib import suppress

from ottla.model.errors import ErrorCode
from ottla.records.batch import MAGIC, MAGIC_AT, TRANSACTIONAL_FLAG, batch_size, check_magic
from ottla.records.compression import Codec
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat

Records = bytes | bytearray | memoryview
_ATTRIBUTES_LOW_BYTE = 22
_CODEC = 0x07
_ZSTD_FROM = 7
_SIZED = 12


class BatchRefused(Exception):
    """These records are not taken; `error` goes to the client."""

    def __init__(self, error: ErrorCode) -> None:
        super().__init__(error.name)
        self.error = error


def one_batch(records: Records | None, version: int) -> memoryview | bytearray:
    """The batch in `records`, without a batch that is cut short behind it. Raises BatchRefused."""
    size = _whole_batch(records or b"")
    if records is None or size is None or records[MAGIC_AT] != MAGIC:
        raise BatchRefused(ErrorCode.INVALID_RECORD)
    if version < _ZSTD_FROM and records[_ATTRIBUTES_LOW_BYTE] & _CODEC == Codec.ZSTD:
        raise BatchRefused(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
    if size == len(records):
        return records  # type: ignore[return-value]  # requests are read from writable memory
    batch = memoryview(records)[:size]
    if _whole_batch(memoryview(records)[size:]) is not None:
        raise BatchRefused(ErrorCode.INVALID_RECORD)
    return batch


def is_transactional(records: Records) -> bool:
    """Whether the first batch says so. Raises CorruptBatch for bytes that are no batch of any format."""
    size = _whole_batch(records)
    return (
        size is not None
        and records[MAGIC_AT] == MAGIC
        and bool(records[_ATTRIBUTES_LOW_BYTE] & TRANSACTIONAL_FLAG)
    )


def _whole_batch(records: Records) -> int | None:
    """Bytes of the first batch; None where it is not all there. Raises CorruptBatch."""
    if len(records) < _SIZED:
        return None
    size = batch_size(records)
    if len(records) <= MAGIC_AT:
        return None
    with suppress(UnsupportedBatchFormat):  # a format that there was is for the caller to refuse
        check_magic(records[MAGIC_AT])
    if size <= _ATTRIBUTES_LOW_BYTE:
        raise CorruptBatch(f"Record size {size} is smaller than a batch's header")
    return size if size <= len(records) else None
