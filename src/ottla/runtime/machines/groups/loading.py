"""Replays a partition of `__consumer_offsets`, a slice at a time."""

from collections.abc import Iterator

from ottla.groups.apply import IllegalReplay, apply, apply_marker, skip_to
from ottla.groups.records import decode_record
from ottla.groups.state import GroupState
from ottla.records.batch import BatchHeader, batches
from ottla.records.control import ControlType, control_type
from ottla.records.invalid_record import (
    CorruptBatch,
    InvalidRecord,
    UnsupportedBatchFormat,
    UnsupportedCompression,
)
from ottla.records.records import Record, records
from ottla.runtime.partitions.partition import Partition
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

BAD_LOG = (
    IllegalReplay,
    UnsupportedVersion,
    ProtocolError,
    InvalidRecord,
    CorruptBatch,
    UnsupportedBatchFormat,
    UnsupportedCompression,
    OSError,
)
"""What the log may turn out to be: nothing that loading again would mend."""
RECORDS_PER_SLICE = 500
"""About ten milliseconds."""
_READ_BYTES_MAX = 1 << 20


class Loading:
    """Reads up to the end of the log, uncommitted records included: a leader's log only grows."""

    def __init__(self, partition: Partition, buffer_bytes: int) -> None:
        self._partition = partition
        self._read_bytes = min(buffer_bytes, _READ_BYTES_MAX)
        self.state = GroupState(next_offset=partition.log.log_start_offset)

    def slices(self) -> Iterator[None]:
        """Yield after each slice; `state` is complete at the end.

        Raises what is in `BAD_LOG`: UnsupportedVersion names an unknown record type.
        """
        for count, (header, record) in enumerate(self._records(), 1):
            self.state = self._applied(header, record)
            if count % RECORDS_PER_SLICE == 0:
                yield

    def _records(self) -> Iterator[tuple[BatchHeader, Record]]:
        log = self._partition.log
        start = log.log_start_offset
        while start < log.log_end_offset:
            end = log.log_end_offset
            found = log.read(start, self._read_bytes, end_offset=end, min_one_message=True)
            data = found.file.read(found.position, found.length)
            for position, header in batches(data):
                for record in records(data, position, header):
                    if record.offset >= start:
                        yield header, record
            # Nothing is left where compaction has taken the end.
            start = found.next_offset if found.length else end
            self.state = skip_to(self.state, max(self.state.next_offset, start))

    def _applied(self, header: BatchHeader, record: Record) -> GroupState:
        if header.is_control:
            kind = control_type(record)
            if kind not in (ControlType.COMMIT, ControlType.ABORT):
                return self.state
            committed = kind is ControlType.COMMIT
            return apply_marker(self.state, header.producer_id, committed, record.offset)
        decoded = decode_record(record.key or b"", record.value)
        return apply(self.state, decoded, record.offset, header.producer_id)
