"""The records inside a batch: read them, and build batches from them.

A record of format 2 («Record» in Kafka's protocol guide) is a varint size and then attributes, timestamp
delta, offset delta, key, value and headers, all in varints. Reading is strict: whatever does not add up
to the byte is `InvalidRecord`, with Kafka's words.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

from ottla.model.ports import Buffer
from ottla.records.batch import (
    CONTROL_FLAG,
    CREATE_TIME,
    DELETE_HORIZON_FLAG,
    HEADER_SIZE,
    LOG_APPEND_TIME,
    LOG_APPEND_TIME_FLAG,
    LOG_OVERHEAD,
    MAGIC,
    NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID,
    NO_SEQUENCE,
    NO_TIMESTAMP,
    TRANSACTIONAL_FLAG,
    BatchHeader,
    pack_header,
    seal,
)
from ottla.records.compression import Codec, codec_of, compress, decompress
from ottla.records.invalid_record import InvalidRecord
from ottla.wire.primitives import put_varint, put_varlong

Header = tuple[str, bytes | None]


class Record(NamedTuple):
    """One record. `timestamp` in wall-clock ms; a value of None is a tombstone."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()


class RecordSpan(NamedTuple):
    """Where one record lies in the uncompressed records of its batch, and what its fixed part says.

    `body` is where the size varint ends and the record itself begins, `end` where the next one begins.
    `key_size` and `value_size` are -1 for null.
    """

    start: int
    body: int
    end: int
    timestamp_delta: int
    offset_delta: int
    key: int
    key_size: int
    value: int
    value_size: int


def record_bytes(buffer: Buffer, position: int, header: BatchHeader) -> bytes:
    """The records of the batch at `position`, uncompressed. Raises InvalidRecord, UnsupportedCompression."""
    section = memoryview(buffer)[position + HEADER_SIZE : position + header.size]
    codec = codec_of(header.attributes)
    return bytes(section) if codec is Codec.NONE else bytes(decompress(codec, section))


def spans(data: bytes, count: int) -> Iterator[RecordSpan]:
    """The extent of each of `count` records, which must fill `data`. Keys and values are not copied."""
    if count < 0:
        raise InvalidRecord(f"Found invalid record count {count} in magic v{MAGIC} batch")
    try:
        end = yield from _spans(data, count)
    except IndexError:
        raise InvalidRecord("Incorrect declared batch size, premature EOF reached") from None
    if count and end != len(data):
        raise InvalidRecord("Incorrect declared batch size, records still remaining in file")


def _spans(data: bytes, count: int) -> Generator[RecordSpan, None, int]:
    # Compaction and compacted topics go through here for every record: numbers of one byte, which nearly
    # all are, are read in place.
    at = 0
    for _ in range(count):
        start = at
        byte = data[at]
        size, body = ((byte >> 1) ^ -(byte & 1), at + 1) if byte < 0x80 else _varint(data, at)
        end = body + size
        if size < 0 or end > len(data):
            raise _wrong_size(data, body, size)
        byte, at = data[body + 1], body + 2
        timestamp_delta = (byte >> 1) ^ -(byte & 1)
        if byte >= 0x80:
            timestamp_delta, at = _varlong(data, body + 1)
        byte = data[at]
        offset_delta, at = ((byte >> 1) ^ -(byte & 1), at + 1) if byte < 0x80 else _varint(data, at)
        byte = data[at]
        key_size, key = ((byte >> 1) ^ -(byte & 1), at + 1) if byte < 0x80 else _varint(data, at)
        at = key + key_size if key_size > 0 else key
        byte = data[at]
        value_size, value = ((byte >> 1) ^ -(byte & 1), at + 1) if byte < 0x80 else _varint(data, at)
        at = value + value_size if value_size > 0 else value
        if at >= end:
            raise InvalidRecord("Found invalid record structure")
        if data[at] or at + 1 != end:
            _check_headers(data, at, body, end)
        at = end
        yield RecordSpan(start, body, end, timestamp_delta, offset_delta, key, key_size, value, value_size)
    return at


def records(buffer: Buffer, position: int, header: BatchHeader) -> Iterator[Record]:
    """The records of the batch at `position`. With LogAppendTime all bear the batch's time."""
    if header.record_count == 0:
        return
    data = record_bytes(buffer, position, header)
    appended_at = header.max_timestamp if header.attributes & LOG_APPEND_TIME_FLAG else None
    for span in spans(data, header.record_count):
        yield Record(
            header.base_offset + span.offset_delta,
            header.base_timestamp + span.timestamp_delta if appended_at is None else appended_at,
            None if span.key_size < 0 else data[span.key : span.key + span.key_size],
            None if span.value_size < 0 else data[span.value : span.value + span.value_size],
            _headers(data, span),
        )


def build_batch(
    content: Sequence[Record],
    *,
    base_offset: int = 0,
    leader_epoch: int = -1,
    compression: Codec = Codec.NONE,
    level: int | None = None,
    timestamp_type: int = CREATE_TIME,
    log_append_time: int = NO_TIMESTAMP,
    producer_id: int = NO_PRODUCER_ID,
    producer_epoch: int = NO_PRODUCER_EPOCH,
    base_sequence: int = NO_SEQUENCE,
    transactional: bool = False,
    control: bool = False,
    delete_horizon: int | None = None,
    last_offset: int | None = None,
) -> bytearray:
    """A batch of `content`, whose offsets ascend from `base_offset` on.

    `log_append_time` is the batch's time with LOG_APPEND_TIME. `delete_horizon` becomes the base timestamp
    (KIP-534). `last_offset` keeps the end of a batch that compaction has thinned.
    """
    assert content, "a batch that is built has records; empty ones are made by `empty_batch`"
    base_timestamp = content[0].timestamp if delete_horizon is None else delete_horizon
    body = bytearray()
    for record in content:
        put_record(body, record, base_offset, base_timestamp)
    attributes = (
        compression
        | (LOG_APPEND_TIME_FLAG if timestamp_type == LOG_APPEND_TIME else 0)
        | (TRANSACTIONAL_FLAG if transactional else 0)
        | (CONTROL_FLAG if control else 0)
        | (DELETE_HORIZON_FLAG if delete_horizon is not None else 0)
    )
    newest = max(record.timestamp for record in content)
    header = BatchHeader(
        base_offset=base_offset,
        length=0,
        leader_epoch=leader_epoch,
        magic=MAGIC,
        crc=0,
        attributes=attributes,
        last_offset_delta=(content[-1].offset if last_offset is None else last_offset) - base_offset,
        base_timestamp=base_timestamp,
        max_timestamp=log_append_time if timestamp_type == LOG_APPEND_TIME else newest,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        base_sequence=base_sequence,
        record_count=len(content),
    )
    return assemble(header, compress(compression, body, level))


def empty_batch(header: BatchHeader) -> bytearray:
    """The batch of `header` without its records: it stays so that offsets and sequences stay known."""
    kept = TRANSACTIONAL_FLAG | CONTROL_FLAG | LOG_APPEND_TIME_FLAG
    return assemble(
        header._replace(attributes=header.attributes & kept, base_timestamp=NO_TIMESTAMP, record_count=0), b""
    )


def assemble(header: BatchHeader, section: Buffer) -> bytearray:
    """Header and records section together; length and checksum are set here."""
    size = HEADER_SIZE + len(section)
    out = bytearray(pack_header(header._replace(length=size - LOG_OVERHEAD, crc=0)))
    out += memoryview(section)
    seal(out, 0, size)
    return out


def put_record(out: bytearray, record: Record, base_offset: int, base_timestamp: int) -> None:
    """One record behind what `out` holds already."""
    body = bytearray(1)  # attributes: no bit is used
    put_varlong(body, record.timestamp - base_timestamp)
    put_varint(body, record.offset - base_offset)
    _put_nullable(body, record.key)
    _put_nullable(body, record.value)
    put_varint(body, len(record.headers))
    for key, value in record.headers:
        _put_nullable(body, key.encode())
        _put_nullable(body, value)
    put_varint(out, len(body))
    out += body


def _put_nullable(out: bytearray, data: bytes | None) -> None:
    if data is None:
        out.append(1)
    else:
        put_varint(out, len(data))
        out += data


def _wrong_size(data: bytes, body: int, size: int) -> InvalidRecord:
    return InvalidRecord(
        f"Invalid record size: expected {size} bytes in record payload, but instead the buffer has "
        f"only {len(data) - body} remaining bytes."
    )


def _check_headers(data: bytes, at: int, body: int, end: int) -> None:
    """The headers must end where the record ends."""
    if data[at] == 0:  # no headers: nearly always
        at += 1
    else:
        for _key, _key_size, value, value_size in _header_spans(data, at, end):
            at = value + max(value_size, 0)
    if at != end:
        raise InvalidRecord(
            f"Invalid record size: expected to read {end - body} bytes in record payload, "
            f"but instead read {at - body}"
        )


def _headers(data: bytes, span: RecordSpan) -> tuple[Header, ...]:
    at = span.value + max(span.value_size, 0)
    if data[at] == 0:
        return ()
    return tuple(
        (
            data[key : key + key_size].decode(errors="replace"),
            None if value_size < 0 else data[value : value + value_size],
        )
        for key, key_size, value, value_size in _header_spans(data, at, span.end)
    )


def _header_spans(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Begin and size of each header's key and value."""
    count, at = _header_varint(data, at, end)
    if count < 0:
        raise InvalidRecord(f"Found invalid number of record headers {count}")
    if count > end - at:
        raise InvalidRecord(
            f"Found invalid number of record headers. {count} is larger than the remaining size of the buffer"
        )
    for _ in range(count):
        key_size, key = _header_varint(data, at, end)
        if key_size < 0:
            raise InvalidRecord(f"Invalid negative header key size {key_size}")
        value_size, value = _header_varint(data, key + key_size, end)
        at = value + max(value_size, 0)
        if at > end:
            raise InvalidRecord("Found invalid record structure")
        yield key, key_size, value, value_size


def _header_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    if at >= end:
        raise InvalidRecord("Found invalid record structure")
    return _varint(data, at)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A zigzag number of 32 bits and where it ends. One byte is the usual case."""
    byte = data[at]
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), at + 1
    return _long(data, at, 5, 0xFFFFFFFF)


def _varlong(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), at + 1
    return _long(data, at, 10, 0xFFFFFFFFFFFFFFFF)


def _long(data: bytes, at: int, bytes_max: int, value_max: int) -> tuple[int, int]:
    value = 0
    for place in range(bytes_max):
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80 and value <= value_max:
            return (value >> 1) ^ -(value & 1), at + place + 1
    raise InvalidRecord("Found invalid record structure")
