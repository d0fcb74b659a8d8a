"""Small words to build logs and look into them."""

from collections.abc import Generator, Iterable
from typing import Any, TypeVar

from tests.unit.log.memory_disk import CountingEntropy, MemoryDisk

from ottla.log.append_refused import AppendRefused
from ottla.log.config import LogConfig
from ottla.log.loading import LoadFact, open_log
from ottla.log.origin import Origin
from ottla.log.partition_log import Appended, PartitionLog
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset, TopicPartition
from ottla.model.now import Now
from ottla.model.ports import Disk
from ottla.records.batch import BatchHeader, batches, validate
from ottla.records.control import build_end_transaction
from ottla.records.records import Record, build_batch, records

NAME = TopicPartition("orders", 0)
FOLDER = "/data/orders-0"
START_MS = 1_700_000_000_000
T = TypeVar("T")


def at(ms: int = 0) -> Now:
    """`ms` after the beginning, on both clocks."""
    return Now(ms, START_MS + ms)


def a_log(disk: Disk | None = None, now: Now | None = None, **config: Any) -> PartitionLog:
    return PartitionLog.create(
        disk or MemoryDisk(), FOLDER, NAME, LogConfig(**config), entropy=CountingEntropy(), now=now or at()
    )


def run(steps: Generator[Any, None, T]) -> tuple[T, list[Any]]:
    """Exhaust a generator: what it returns, and what it yields besides None."""
    facts: list[Any] = []
    while True:
        try:
            fact = next(steps)
        except StopIteration as end:
            return end.value, facts
        if fact is not None:
            facts.append(fact)


def opened(
    disk: Disk,
    *,
    clean: bool = False,
    recovery_point: int = 0,
    log_start: int = 0,
    now: Now | None = None,
    **config: Any,
) -> tuple[PartitionLog, list[LoadFact]]:
    """The log on `disk` after a restart."""
    return run(
        open_log(
            disk,
            FOLDER,
            NAME,
            LogConfig(**config),
            entropy=CountingEntropy(),
            now=now or at(),
            clean=clean,
            log_start_offset=log_start,
            recovery_point=recovery_point,
        )
    )


def a_batch(*values: bytes | None, key: bytes | None = None, ms: int = 0, **more: Any) -> bytearray:
    """A batch as a client sends it; `ms` after the beginning for all records."""
    content = [Record(i, START_MS + ms, key, value) for i, value in enumerate(values)]
    return build_batch(content, **more)


def an_idempotent_batch(
    *values: bytes, sequence: int, producer: int = 1, epoch: int = 0, **more: Any
) -> bytearray:
    return a_batch(*values, producer_id=producer, producer_epoch=epoch, base_sequence=sequence, **more)


def put(log: PartitionLog, data: bytearray, now: Now | None = None, epoch: int = 0, **more: Any) -> Appended:
    return log.append(data, leader_epoch=LeaderEpoch(epoch), now=now or at(), **more)


def put_each(log: PartitionLog, values: Iterable[bytes], now: Now | None = None, **more: Any) -> None:
    """Each value in a batch of its own."""
    for value in values:
        put(log, a_batch(value, **more), now)


def put_marker(
    log: PartitionLog,
    *,
    producer: int,
    committed: bool,
    epoch: int = 0,
    coordinator: int = 0,
    leader_epoch: int = 0,
    **more: Any,
) -> Appended:
    batch = build_end_transaction(
        committed,
        producer_id=producer,
        producer_epoch=epoch,
        coordinator_epoch=coordinator,
        timestamp=START_MS,
    )
    return put(log, batch, epoch=leader_epoch, origin=Origin.COORDINATOR, **more)


def a_transactional_batch(*values: bytes, producer: int, sequence: int = 0, epoch: int = 0) -> bytearray:
    return an_idempotent_batch(*values, producer=producer, sequence=sequence, epoch=epoch, transactional=True)


def refused(log: PartitionLog, data: bytearray, now: Now | None = None, **more: Any) -> AppendRefused:
    """Why the log does not take `data`; it is not changed by that."""
    before = (log.log_end_offset, log.size, sorted(log.producers()))
    try:
        put(log, data, now, **more)
    except AppendRefused as refusal:
        assert (log.log_end_offset, log.size, sorted(log.producers())) == before
        return refusal
    raise AssertionError("the log took it")


def code(log: PartitionLog, data: bytearray, now: Now | None = None, **more: Any) -> ErrorCode:
    return refused(log, data, now, **more).error


def read_all(log: PartitionLog, start: int | None = None, max_bytes: int = 1 << 20) -> bytes:
    """All bytes from `start` to the end, read as a fetcher would, batch checksums verified."""
    offset = log.log_start_offset if start is None else Offset(start)
    found = bytearray()
    while offset < log.log_end_offset:
        piece = log.read(offset, max_bytes, end_offset=log.log_end_offset, min_one_message=True)
        if not piece.length:
            break
        data = piece.file.read(piece.position, piece.length)
        assert len(data) == piece.length
        for position, header in batches(data):
            validate(data, position, header)
        found += data
        assert piece.next_offset > offset
        offset = piece.next_offset
    return bytes(found)


def headers(log: PartitionLog, start: int | None = None) -> list[BatchHeader]:
    return [header for _, header in batches(read_all(log, start))]


def contents(log: PartitionLog, start: int | None = None, max_bytes: int = 1 << 20) -> list[Record]:
    """The records of all data batches, from `start` on."""
    data = read_all(log, start, max_bytes)
    first = log.log_start_offset if start is None else start
    return [
        record
        for position, header in batches(data)
        if not header.is_control
        for record in records(data, position, header)
        if record.offset >= first
    ]


def values(log: PartitionLog, start: int | None = None) -> list[bytes | None]:
    return [record.value for record in contents(log, start)]
