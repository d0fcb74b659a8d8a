"""A batch on its way: it collects records, becomes bytes, and may go out several times."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ottla.model.ids import TopicPartition
from ottla.records.batch import HEADER_SIZE
from ottla.records.compression import Codec
from ottla.records.records import Header, Record, build_batch

_RECORD_OVERHEAD_MAX = 21
"""Kafka counts a record with the longest varints it may have (`DefaultRecord.MAX_RECORD_OVERHEAD`)."""


@dataclass(slots=True)
class ProducerIdentity:
    """An idempotent producer: who it is, and the next sequence of each partition."""

    id: int
    epoch: int
    sequences: dict[TopicPartition, int] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """Records for one partition, with the ticket of each. Times are monotonic milliseconds."""

    partition: TopicPartition
    created_ms: int
    records: list[Record] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    size: int = HEADER_SIZE
    """At most so many bytes, uncompressed."""
    attempts: int = 0
    not_before_ms: int = 0
    sequence: int = -1
    """The first one, kept over all attempts; -1 while it has none."""
    identity: ProducerIdentity | None = None

    def add(self, record: Record, ticket: int) -> None:
        self.records.append(record._replace(offset=len(self.records)))
        self.tickets.append(ticket)
        self.size += record_size(record)

    @property
    def content_bytes(self) -> int:
        """Bytes of the records alone, as they were counted when they came in."""
        return self.size - HEADER_SIZE

    def encode(self, codec: Codec, level: int | None) -> bytes:
        """The batch as it goes out."""
        return bytes(
            build_batch(
                self.records,
                compression=codec,
                level=level,
                producer_id=-1 if self.identity is None else self.identity.id,
                producer_epoch=-1 if self.identity is None else self.identity.epoch,
                base_sequence=self.sequence,
            )
        )

    def halves(self) -> "list[Batch]":
        """The same records in two batches, for a broker that finds this one too large."""
        middle = len(self.records) // 2
        parts = []
        for records, tickets in (
            (self.records[:middle], self.tickets[:middle]),
            (self.records[middle:], self.tickets[middle:]),
        ):
            part = Batch(self.partition, self.created_ms)
            for record, ticket in zip(records, tickets, strict=True):
                part.add(record, ticket)
            parts.append(part)
        return parts


def record_size(record: Record) -> int:
    """An upper bound of the bytes that a record takes in a batch (`DefaultRecord.recordSizeUpperBound`)."""
    return _RECORD_OVERHEAD_MAX + content_size(record.key, record.value, record.headers)


def content_size(key: bytes | None, value: bytes | None, headers: Sequence[Header]) -> int:
    size = 1 if key is None else len(key) + _varint_size(len(key))
    size += 1 if value is None else len(value) + _varint_size(len(value))
    size += _varint_size(len(headers))
    for name, content in headers:
        name_size = len(name.encode())
        size += _varint_size(name_size) + name_size
        size += 1 if content is None else len(content) + _varint_size(len(content))
    return size


def _varint_size(value: int) -> int:
    return max(1, ((2 * value).bit_length() + 6) // 7)
