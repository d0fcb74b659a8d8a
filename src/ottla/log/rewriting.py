"""The appends that need more than a header: records are looked at one by one, or the batch is built anew.

That is so on compacted topics (every record needs a key), where timestamps are limited or wrong, where
the log's time is stamped, and where `compression.type` names another codec than the producer took. A
record that may not be refuses the whole batch, and every such record is named (KIP-467).
"""

from collections.abc import Iterator

from ottla.log.append_refused import AppendRefused
from ottla.log.config import FOREVER, LogConfig
from ottla.log.origin import Origin
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import (
    CREATE_TIME,
    LOG_APPEND_TIME,
    NO_TIMESTAMP,
    BatchHeader,
    read_header,
    set_base_offset,
    set_leader_epoch,
    set_max_timestamp,
)
from ottla.records.compression import Codec, codec_of
from ottla.records.invalid_record import InvalidRecord, UnsupportedCompression
from ottla.records.records import Record, build_batch, record_bytes, records, spans


def rewrite(
    data: memoryview | bytearray,
    header: BatchHeader,
    config: LogConfig,
    first_offset: int,
    leader_epoch: int,
    now_ms: int,
    origin: Origin,
    partition: TopicPartition,
) -> tuple[memoryview | bytearray, BatchHeader]:
    """The batch as it is to be written, with offsets, epoch and time: `data` itself where that will do.

    Raises AppendRefused.
    """
    try:
        source = codec_of(header.attributes)
        target = _target(config, source)
        in_place = source is target or (source is Codec.NONE and header.is_control)
        if origin is Origin.CLIENT and _looks_inside(header, config, now_ms):
            _check_records(data, header, config, now_ms, in_place and source is not Codec.NONE, partition)
        if in_place:
            return _patched(data, header, config, first_offset, leader_epoch, now_ms)
        content = list(records(data, 0, header))
    except (InvalidRecord, UnsupportedCompression) as invalid:
        raise AppendRefused(ErrorCode.INVALID_RECORD, str(invalid)) from invalid
    built = _built(content, header, config, target, first_offset, leader_epoch, now_ms)
    if len(built) > config.max_message_bytes:
        raise AppendRefused(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"Message batch size is {len(built)} bytes in append topartition {partition} which exceeds the "
            f"maximum configured size of {config.max_message_bytes}.",
        )
    return built, read_header(built)


def _target(config: LogConfig, source: Codec) -> Codec:
    match config.compression_type:
        case "producer":
            return source
        case "uncompressed":
            return Codec.NONE
        case name:
            return Codec[name.upper()]


def _looks_inside(header: BatchHeader, config: LogConfig, now_ms: int) -> bool:
    if config.compacts or header.timestamp_type == LOG_APPEND_TIME:
        return True
    return config.message_timestamp_type == CREATE_TIME and (
        config.message_timestamp_before_max_ms != FOREVER
        or header.max_timestamp - now_ms > config.message_timestamp_after_max_ms
    )


def _patched(
    data: memoryview | bytearray,
    header: BatchHeader,
    config: LogConfig,
    first_offset: int,
    leader_epoch: int,
    now_ms: int,
) -> tuple[memoryview | bytearray, BatchHeader]:
    set_base_offset(data, first_offset)
    set_leader_epoch(data, leader_epoch)
    if config.message_timestamp_type == LOG_APPEND_TIME:
        set_max_timestamp(data, LOG_APPEND_TIME, now_ms)
    elif header.timestamp_type == LOG_APPEND_TIME:
        set_max_timestamp(data, CREATE_TIME, header.max_timestamp)
    return data, read_header(data)


def _built(
    content: list[Record],
    header: BatchHeader,
    config: LogConfig,
    target: Codec,
    first_offset: int,
    leader_epoch: int,
    now_ms: int,
) -> bytearray:
    levels = {
        Codec.GZIP: config.compression_gzip_level,
        Codec.LZ4: config.compression_lz4_level,
        Codec.ZSTD: config.compression_zstd_level,
    }
    return build_batch(
        [record._replace(offset=first_offset + index) for index, record in enumerate(content)],
        base_offset=first_offset,
        leader_epoch=leader_epoch,
        compression=target,
        level=levels.get(target),
        timestamp_type=config.message_timestamp_type,
        log_append_time=now_ms,
        producer_id=header.producer_id,
        producer_epoch=header.producer_epoch,
        base_sequence=header.base_sequence,
        transactional=header.is_transactional,
    )


def _check_records(
    data: memoryview | bytearray,
    header: BatchHeader,
    config: LogConfig,
    now_ms: int,
    partial: bool,
    partition: TopicPartition,
) -> None:
    errors = list(_record_errors(data, header, config, now_ms, partial, partition))
    if not errors:
        return
    named = [(index, message) for index, _, message in errors]
    if any(code is ErrorCode.INVALID_TIMESTAMP for _, code, _ in errors):
        raise AppendRefused(
            ErrorCode.INVALID_TIMESTAMP,
            "One or more records have been rejected due to invalid timestamp",
            named,
        )
    shown = ", ".join(f"RecordError(batchIndex={index}, message='{text}')" for index, text in named[:3])
    raise AppendRefused(
        ErrorCode.INVALID_RECORD,
        f"One or more records have been rejected due to {len(named)} record errors in total, and only "
        f"showing the first three errors at most: [{shown}]",
        named,
    )


def _record_errors(
    data: memoryview | bytearray,
    header: BatchHeader,
    config: LogConfig,
    now_ms: int,
    partial: bool,
    partition: TopicPartition,
) -> Iterator[tuple[int, ErrorCode, str]]:
    appended_at = header.max_timestamp if header.timestamp_type == LOG_APPEND_TIME else None
    for index, span in enumerate(spans(record_bytes(data, 0, header), header.record_count)):
        if config.compacts and span.key_size < 0:
            message = f"Compacted topic cannot accept message without key in topic partition {partition}"
            yield index, ErrorCode.INVALID_RECORD, message
            continue
        timestamp = header.base_timestamp + span.timestamp_delta if appended_at is None else appended_at
        offset = header.base_offset + span.offset_delta
        if config.message_timestamp_type == CREATE_TIME and timestamp != NO_TIMESTAMP:
            before, after = config.message_timestamp_before_max_ms, config.message_timestamp_after_max_ms
            if now_ms - timestamp > before or timestamp - now_ms > after:
                message = (
                    f"Timestamp {timestamp} of message with offset {offset} is out of range. The timestamp "
                    f"should be within [{now_ms - before}, {now_ms + after}]"
                )
                yield index, ErrorCode.INVALID_TIMESTAMP, message
        elif appended_at is not None:
            # Kafka reads compressed records in part then, and shows a null as what it is on the wire.
            least = -1 if partial else 0
            record = (
                f"{'Partial' if partial else ''}DefaultRecord(offset={offset}, timestamp={timestamp}, "
                f"key={max(span.key_size, least)} bytes, value={max(span.value_size, least)} bytes)"
            )
            message = (
                f"Invalid timestamp type in message {record}. Producer should not set timestamp type to "
                "LogAppendTime."
            )
            yield index, ErrorCode.INVALID_TIMESTAMP, message
