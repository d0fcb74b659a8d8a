"""A log segment or a snapshot of the metadata: its batches, and the records in them."""

import re
import sys
from dataclasses import dataclass, field
from pathlib import PurePath

from ottla.cli.dump.control_text import control_text
from ottla.cli.dump.parsers import Parser
from ottla.cli.dump.segment_file import SegmentFile
from ottla.cli.tools.ending import Failure
from ottla.records.batch import LOG_APPEND_TIME, NO_SEQUENCE, BatchHeader, add_to_sequence, validate
from ottla.records.compression import Codec, codec_of
from ottla.records.invalid_record import CorruptBatch, InvalidRecord, UnsupportedCompression
from ottla.records.records import Record, records

BYTES_MAX = 2_147_483_647
_BOOTSTRAP = "bootstrap.checkpoint"
_SNAPSHOT = re.compile(r"(\d{20})-(\d{10})\.checkpoint")
_NUMBER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class LogDump:
    """How logs are shown; `gaps` collects by file the offsets that don't follow each other."""

    deep: bool
    print_data: bool
    skip_metadata: bool
    max_bytes: int
    parser: Parser
    gaps: dict[str, dict[int, int]] = field(default_factory=dict)

    def dump(self, path: str) -> None:
        """Raises Failure."""
        sys.stdout.write(_headline(PurePath(path).name))
        file = SegmentFile(path, self.max_bytes)
        valid, last_offset = 0, -1
        for position, header in file.batches():
            sys.stdout.write(_batch_line(file, position, header))
            if self.deep:
                last_offset = self._records(file, position, header, last_offset, path)
            valid = position + header.size
        if valid < file.size and self.max_bytes == BYTES_MAX:
            rest = file.size - valid
            sys.stdout.write(f"Found {rest} invalid bytes at the end of {PurePath(path).name}\n")

    def _records(self, file: SegmentFile, position: int, header: BatchHeader, last: int, path: str) -> int:
        try:
            for record in records(file.buffer, position, header):
                if record.offset != last + 1:
                    self.gaps.setdefault(path, {})[last] = record.offset
                last = record.offset
                self._record(header, record)
        except (InvalidRecord, CorruptBatch, UnsupportedCompression) as error:
            raise Failure(str(error), "org.apache.kafka.common.InvalidRecordException") from None
        return last

    def _record(self, header: BatchHeader, record: Record) -> None:
        # What is known of a record is shown before its content, which a parser may refuse.
        sys.stdout.write("" if self.skip_metadata else _metadata(header, record))
        if self.print_data and not header.is_control:
            key, value = self.parser(record)
            parts = [f"key: {key}"] if key is not None else []
            parts += [f"payload: {value}"] if value is not None else []
            if parts:
                sys.stdout.write(("| " if self.skip_metadata else " ") + " ".join(parts))
        sys.stdout.write("\n")


def _headline(name: str) -> str:
    if name.endswith(".log"):
        return f"Log starting offset: {base_offset_of(name)}\n"
    if name == _BOOTSTRAP:
        return "KRaft bootstrap snapshot\n"
    found = _SNAPSHOT.match(name)
    if found is None:
        raise Failure("No value present", "java.util.NoSuchElementException")
    return f"Snapshot end offset: {int(found[1])}, epoch: {int(found[2])}\n"


def base_offset_of(name: str) -> int:
    """The offset that a segment's file is named by. Raises Failure."""
    stem = name.split(".")[0]
    if not _NUMBER.fullmatch(stem):
        raise Failure(f'For input string: "{stem}"', "java.lang.NumberFormatException")
    return int(stem)


def _batch_line(file: SegmentFile, position: int, header: BatchHeader) -> str:
    horizon = header.delete_horizon
    return (
        f"baseOffset: {header.base_offset} lastOffset: {header.last_offset} count: {header.record_count} "
        f"baseSequence: {header.base_sequence} lastSequence: {header.last_sequence} "
        f"producerId: {header.producer_id} producerEpoch: {header.producer_epoch} "
        f"partitionLeaderEpoch: {header.leader_epoch} isTransactional: {_flag(header.is_transactional)} "
        f"isControl: {_flag(header.is_control)} "
        f"deleteHorizonMs: {'OptionalLong.empty' if horizon is None else f'OptionalLong[{horizon}]'} "
        f"position: {position} {_time_name(header)}: {header.max_timestamp} size: {header.size} "
        f"magic: {header.magic} compresscodec: {_codec(header)} crc: {header.crc} "
        f"isvalid: {_flag(_is_valid(file, position, header))}\n"
    )


def _metadata(header: BatchHeader, record: Record) -> str:
    sequence = header.base_sequence
    if sequence != NO_SEQUENCE:
        sequence = add_to_sequence(sequence, record.offset - header.base_offset)
    names = ",".join(name for name, _ in record.headers)
    line = (
        f"| offset: {record.offset} {_time_name(header)}: {record.timestamp} keySize: {_size(record.key)} "
        f"valueSize: {_size(record.value)} sequence: {sequence} headerKeys: [{names}]"
    )
    return line + control_text(record) if header.is_control else line


def _is_valid(file: SegmentFile, position: int, header: BatchHeader) -> bool:
    try:
        validate(file.buffer, position, header)
    except CorruptBatch:
        return False
    return True


def _codec(header: BatchHeader) -> str:
    try:
        codec: Codec = codec_of(header.attributes)
    except UnsupportedCompression as error:
        raise Failure(str(error), "java.lang.IllegalArgumentException") from None
    return codec.name.lower()


def _time_name(header: BatchHeader) -> str:
    return "LogAppendTime" if header.timestamp_type == LOG_APPEND_TIME else "CreateTime"


def _size(data: bytes | None) -> int:
    return -1 if data is None else len(data)


def _flag(value: bool) -> str:
    return "true" if value else "false"
