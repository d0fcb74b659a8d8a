"""Snapshots of the metadata (KIP-630): their names, and their content as batches.

A snapshot is a file of batches whose offsets count from 0 and whose epoch is the snapshot's: a control batch
with the header (and, from kraft.version 1 on, the voters), data batches, and a control batch with the footer.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from ottla.raft.batches import (
    BatchView,
    InvalidBatch,
    data_batches,
    read_batches,
    read_metadata_records,
)
from ottla.raft.control_records import (
    control_records_batch,
    kraft_version_record,
    read_control_records,
    voter_set_record,
)
from ottla.raft.positions import EpochAndOffset
from ottla.raft.voters import VoterSet
from ottla.wire.message import Message
from ottla.wire.messages.snapshot_footer_record import SnapshotFooterRecord
from ottla.wire.messages.snapshot_header_record import SnapshotHeaderRecord
from ottla.wire.metadata_records import encode_metadata_record

SUFFIX, PART_SUFFIX, DELETED_SUFFIX = ".checkpoint", ".checkpoint.part", ".checkpoint.deleted"
SNAPSHOT_BATCH_BYTES = 256 * 1024
"""Small enough that building or reading one batch does not hold up the event loop; Kafka's may have 8 MiB."""
_OFFSET_WIDTH, _EPOCH_WIDTH = 20, 10


class SnapshotFile(NamedTuple):
    """A file name in the directory of the metadata log, understood."""

    name: str
    snapshot: EpochAndOffset
    is_complete: bool
    """False for one that was being written or is to be deleted: it may go."""


def snapshot_name(snapshot: EpochAndOffset) -> str:
    return _stem(snapshot) + SUFFIX


def part_name(snapshot: EpochAndOffset) -> str:
    """While it is written or fetched."""
    return _stem(snapshot) + PART_SUFFIX


def deleted_name(snapshot: EpochAndOffset) -> str:
    return _stem(snapshot) + DELETED_SUFFIX


def parse_snapshot_name(name: str) -> SnapshotFile | None:
    """What `name` says, if it is a snapshot's; Kafka puts a random part before `.part`."""
    if not name.endswith((SUFFIX, PART_SUFFIX, DELETED_SUFFIX)):
        return None
    offset, epoch = name[:_OFFSET_WIDTH], name[_OFFSET_WIDTH + 1 : _OFFSET_WIDTH + 1 + _EPOCH_WIDTH]
    if not (offset.isdecimal() and epoch.isdecimal()):
        return None
    return SnapshotFile(name, EpochAndOffset(int(epoch), int(offset)), name.endswith(SUFFIX))


def snapshot_content(
    snapshot: EpochAndOffset,
    records: Iterable[tuple[Message, int]],
    *,
    last_contained_log_timestamp_ms: int,
    now_ms: int,
    kraft_version: int = 0,
    voters: VoterSet | None = None,
    batch_bytes: int = SNAPSHOT_BATCH_BYTES,
) -> Iterator[bytes]:
    """The file, batch by batch: at most one is in memory at a time.

    `records` are metadata records with their versions; `kraft_version` and `voters` are those at the
    snapshot's end.
    """
    offset = 0
    values = (encode_metadata_record(record, version) for record, version in records)
    header = _header(last_contained_log_timestamp_ms, kraft_version, voters)
    footer = SnapshotFooterRecord(version=0)
    for batch in chain(
        [control_records_batch(header, now_ms)],
        data_batches(values, now_ms, batch_bytes),
        [control_records_batch([footer], now_ms)],
    ):
        yield batch.at(offset, snapshot.epoch)
        offset += batch.record_count


class SnapshotReader:
    """Reads a snapshot from its bytes in pieces of any size, and checks all of it.

    `feed` until the file ends, then `finish`. Both raise `InvalidBatch`, and `UnsupportedVersion` for a
    record that we lack.
    """

    def __init__(self) -> None:
        self.last_contained_log_timestamp_ms: int | None = None
        self.control_records: list[Message] = []
        """Those of the header's batch: voters and kraft.version are among them."""
        self._rest = bytearray()
        self._has_footer = False

    def feed(self, data: bytes) -> Iterator[list[Message]]:
        """The metadata records of each batch that is whole now."""
        self._rest += data
        consumed = 0
        for batch in read_batches(bytes(self._rest)):
            consumed += batch.header.size
            records = self._read(batch)
            if records:
                yield records
        del self._rest[:consumed]

    def finish(self) -> None:
        if self._rest or not self._has_footer:
            raise InvalidBatch("The snapshot is cut off")

    def _read(self, batch: BatchView) -> list[Message]:
        if self._has_footer:
            raise InvalidBatch("The snapshot goes on behind its footer")
        if not batch.is_control:
            if self.last_contained_log_timestamp_ms is None:
                raise InvalidBatch("First batch is not a control batch with at least one record")
            return read_metadata_records(batch)
        records = read_control_records(batch)
        if self.last_contained_log_timestamp_ms is None:
            first = records[0]
            if not isinstance(first, SnapshotHeaderRecord):
                raise InvalidBatch(f"First control record is not a snapshot header ({type(first).__name__})")
            self.last_contained_log_timestamp_ms = first.last_contained_log_timestamp
            self.control_records = records
        self._has_footer = isinstance(records[-1], SnapshotFooterRecord)
        return []


def _stem(snapshot: EpochAndOffset) -> str:
    return f"{snapshot.offset:0{_OFFSET_WIDTH}d}-{snapshot.epoch:0{_EPOCH_WIDTH}d}"


def _header(timestamp_ms: int, kraft_version: int, voters: VoterSet | None) -> list[Message]:
    header: list[Message] = [SnapshotHeaderRecord(version=0, last_contained_log_timestamp=timestamp_ms)]
    if kraft_version > 0:
        header.append(kraft_version_record(kraft_version))
        if voters is not None:
            header.append(voter_set_record(voters))
    return header
