"""Records out of fetched bytes, batch by batch, without control records and aborted transactions."""

from collections.abc import Iterator
from typing import NamedTuple

from ottla.model.ids import TopicPartition
from ottla.model.ports import Buffer
from ottla.records.batch import BatchHeader, batches, validate
from ottla.records.control import ControlType, control_type
from ottla.records.records import Header, records
from ottla.wire.messages.fetch_response import PartitionData


class ConsumedRecord(NamedTuple):
    """One record and where it was."""

    partition: TopicPartition
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]
    leader_epoch: int


class FetchedPartition:
    """What one fetch brought for one partition, read on demand.

    Iterating gives the records from `position` on; `position` is then where the next fetch begins.
    Raises CorruptBatch and InvalidRecord.
    """

    def __init__(
        self,
        partition: TopicPartition,
        data: PartitionData,
        position: int,
        *,
        read_committed: bool,
        check_crcs: bool,
    ) -> None:
        self.partition, self.position = partition, position
        self._buffer: Buffer = data.records or b""
        self._read_committed, self._check_crcs = read_committed, check_crcs
        aborted = data.aborted_transactions or []
        self._aborted = sorted(((each.first_offset, each.producer_id) for each in aborted), reverse=True)
        self._aborting: set[int] = set()
        self._iterator = self._read()

    def __iter__(self) -> Iterator[ConsumedRecord]:
        return self._iterator

    def _read(self) -> Iterator[ConsumedRecord]:
        for at, header in batches(self._buffer):
            if self._check_crcs:
                validate(self._buffer, at, header)
            if not self._is_hidden(at, header):
                yield from self._records(at, header)
            self.position = max(self.position, header.last_offset + 1)

    def _records(self, at: int, header: BatchHeader) -> Iterator[ConsumedRecord]:
        for record in records(self._buffer, at, header):
            if record.offset < self.position:
                continue
            self.position = record.offset + 1
            yield ConsumedRecord(
                self.partition,
                record.offset,
                record.timestamp,
                header.timestamp_type,
                record.key,
                record.value,
                record.headers,
                header.leader_epoch,
            )

    def _is_hidden(self, at: int, header: BatchHeader) -> bool:
        """Control batches always are; with read_committed what an aborted transaction wrote is, too."""
        if self._read_committed and header.has_producer:
            while self._aborted and self._aborted[-1][0] <= header.last_offset:
                self._aborting.add(self._aborted.pop()[1])
            if header.is_control and self._ends_abortion(at, header):
                self._aborting.discard(header.producer_id)
        if header.is_control:
            return True
        return header.is_transactional and header.producer_id in self._aborting

    def _ends_abortion(self, at: int, header: BatchHeader) -> bool:
        first = next(records(self._buffer, at, header), None)
        return first is not None and control_type(first) is ControlType.ABORT
