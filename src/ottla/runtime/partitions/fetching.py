"""Reading for a fetch request: plan every partition, and wait while there is too little.

The plan holds slices of segment files; bytes are read once, when the answer leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ottla.log.partition_log import OffsetOutOfRange, Slice
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset
from ottla.replication.fetch_sessions import FetchedPartition
from ottla.runtime.loop.deadlines import Deadline, Deadlines
from ottla.runtime.partitions.partition import Partition
from ottla.runtime.partitions.partitions import Partitions

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one request wants at least and takes at most. Bytes; milliseconds."""

    min_bytes: int
    max_bytes: int
    max_wait_ms: int
    read_committed: bool
    as_follower: bool = False


@dataclass(slots=True)
class FetchResult:
    """What one partition has to say. `slice` is None where there is nothing to read."""

    wanted: FetchedPartition
    error: ErrorCode = ErrorCode.NONE
    high_watermark: int = UNKNOWN
    last_stable_offset: int = UNKNOWN
    log_start_offset: int = UNKNOWN
    slice: Slice | None = None
    aborted: Sequence[tuple[int, int]] | None = None
    diverging: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        return self.slice.length if self.slice is not None else 0

    @property
    def is_urgent(self) -> bool:
        """An error or a divergence is told at once."""
        return self.error is not ErrorCode.NONE or self.diverging is not None


class Fetching:
    """One fetch request under way."""

    def __init__(
        self,
        partitions: Partitions,
        deadlines: Deadlines,
        wanted: Sequence[FetchedPartition],
        limits: FetchLimits,
    ) -> None:
        self._partitions, self._deadlines = partitions, deadlines
        self._wanted, self._limits = wanted, limits
        self._later: Later[list[FetchResult]] = Later()
        self._watched: list[Partition] = []
        self._deadline: Deadline | None = None

    def begin(self, now_ms: int) -> list[FetchResult] | Later[list[FetchResult]]:
        """The results when there is enough to say, or later when there is, or when the time is over."""
        results = self._plan()
        if self._limits.max_wait_ms <= 0 or not self._wanted or self._enough(results):
            return results
        self._deadline = self._deadlines.at(now_ms + self._limits.max_wait_ms, self._finish)
        for result in results:
            wanted = result.wanted
            partition, _ = self._partitions.led(wanted.topic, wanted.topic_id, wanted.partition)
            if partition is not None:
                partition.watch(self, self._poke)
                self._watched.append(partition)
        return self._later

    def give_up(self) -> None:
        """Nobody waits any more."""
        if self._deadline is not None:
            self._deadline.cancel()
        for partition in self._watched:
            partition.unwatch(self)

    def _poke(self) -> None:
        results = self._plan()
        if self._enough(results):
            self.give_up()
            self._later.settle(results)

    def _finish(self) -> None:
        self.give_up()
        self._later.settle(self._plan())

    def _enough(self, results: Sequence[FetchResult]) -> bool:
        size = 0
        for result in results:
            if result.is_urgent:
                return True
            size += result.size
        return size >= self._limits.min_bytes

    def _plan(self) -> list[FetchResult]:
        """All partitions in the order asked, until the bytes are used up. The first batch always fits."""
        results: list[FetchResult] = []
        left, first = self._limits.max_bytes, True
        for wanted in self._wanted:
            result = self._plan_one(wanted, left, first)
            if result.size:
                left, first = left - result.size, False
            results.append(result)
        return results

    def _plan_one(self, wanted: FetchedPartition, left: int, first: bool) -> FetchResult:
        partition, error = self._partitions.led(wanted.topic, wanted.topic_id, wanted.partition)
        if partition is None:
            return FetchResult(wanted, error)
        error = partition.epoch_error(wanted.current_leader_epoch)
        if error is not ErrorCode.NONE:
            return FetchResult(wanted, error)
        result = FetchResult(
            wanted,
            high_watermark=partition.high_watermark,
            last_stable_offset=partition.last_stable_offset,
            log_start_offset=partition.log.log_start_offset,
        )
        if wanted.last_fetched_epoch >= 0 and self._diverges(partition, wanted, result):
            return result
        self._read(partition, result, min(wanted.max_bytes, left), first)
        return result

    def _diverges(self, partition: Partition, wanted: FetchedPartition, result: FetchResult) -> bool:
        """Whether the reader's log parted from ours (KIP-595): it must truncate before it reads on."""
        epoch, end = partition.log.end_offset_for_epoch(LeaderEpoch(wanted.last_fetched_epoch))
        if end < 0:
            result.error = ErrorCode.OFFSET_OUT_OF_RANGE
        elif epoch < wanted.last_fetched_epoch or end < wanted.fetch_offset:
            result.diverging = (epoch, end)
        return result.is_urgent

    def _read(self, partition: Partition, result: FetchResult, max_bytes: int, first: bool) -> None:
        limits, log = self._limits, partition.log
        end = log.log_end_offset if limits.as_follower else partition.high_watermark
        if limits.read_committed:
            end = Offset(result.last_stable_offset)
        offset = Offset(result.wanted.fetch_offset)
        try:
            found = log.read(offset, max_bytes, end_offset=end, min_one_message=first)
        except OffsetOutOfRange:
            result.error = ErrorCode.OFFSET_OUT_OF_RANGE
            return
        except OSError as error:
            partition.disk_failed(error)
            result.error = ErrorCode.KAFKA_STORAGE_ERROR
            return
        if limits.read_committed:
            result.aborted = log.aborted_transactions(offset, found.next_offset) if found else ()
        if found and found.length:
            result.slice = found
