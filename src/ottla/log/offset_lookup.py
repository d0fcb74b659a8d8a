"""Offsets by time, as ListOffsets asks for them (`UnifiedLog.fetchOffsetByTimestamp`)."""

from collections.abc import Iterator
from typing import NamedTuple

from ottla.log.leader_epochs import UNDEFINED_EPOCH, LeaderEpochs
from ottla.log.segment import BatchAt, Segment
from ottla.log.segments import Segments
from ottla.records.batch import NO_TIMESTAMP
from ottla.records.records import Record, records


class FoundOffset(NamedTuple):
    """An offset, its record's time, and the epoch under which it was written; -1 for what is not said."""

    timestamp: int
    offset: int
    leader_epoch: int


def earliest(log_start: int, epochs: LeaderEpochs) -> FoundOffset:
    """Where the log begins."""
    entries = epochs.entries()
    known = bool(entries) and entries[0].start_offset <= log_start
    return FoundOffset(NO_TIMESTAMP, log_start, entries[0].epoch if known else UNDEFINED_EPOCH)


def latest(log_end: int, epochs: LeaderEpochs) -> FoundOffset:
    """Where the log ends."""
    return FoundOffset(NO_TIMESTAMP, log_end, epochs.latest)


def of_max_timestamp(segments: Segments) -> FoundOffset | None:
    """The first record that has the largest timestamp of the log."""
    segment = max(segments, key=lambda segment: segment.largest.timestamp)
    largest = segment.largest
    for batch in segment.batches_from(segment.index.lookup(largest.offset)):
        if batch.header.max_timestamp == largest.timestamp:
            for record in _records(segment, batch):
                if record.timestamp == largest.timestamp:
                    return FoundOffset(record.timestamp, record.offset, batch.header.leader_epoch)
            return None
    return None


def of_timestamp(segments: Segments, timestamp: int, log_start: int) -> FoundOffset | None:
    """The first record from `log_start` on whose time is `timestamp` or later."""
    for segment in segments:
        if segment.largest_timestamp >= timestamp:
            found = _in_segment(segment, timestamp, log_start)
            if found is not None:
                return found
    return None


def _in_segment(segment: Segment, timestamp: int, log_start: int) -> FoundOffset | None:
    begin = max(segment.time_index.lookup(timestamp).offset, log_start)
    for batch in segment.batches_from(segment.index.lookup(begin)):
        if batch.header.max_timestamp >= timestamp:
            for record in _records(segment, batch):
                if record.timestamp >= timestamp and record.offset >= log_start:
                    return FoundOffset(record.timestamp, record.offset, batch.header.leader_epoch)
    return None


def _records(segment: Segment, batch: BatchAt) -> Iterator[Record]:
    data = segment.file.read(batch.position, batch.header.size)
    return records(data, 0, batch.header)
