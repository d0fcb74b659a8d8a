"""One partition's log: append and read plans over its segments (`UnifiedLog`, `LocalLog`).

The log calls its disk synchronously and reads no clock; whoever holds it passes `now`. The high
watermark is replication's business and comes in as an argument where it matters.
"""

from typing import NamedTuple

from ottla.log.append_refused import AppendRefused
from ottla.log.config import LogConfig
from ottla.log.incoming import check_batch, passes_through
from ottla.log.leader_epochs import FILE_NAME as EPOCHS_FILE
from ottla.log.leader_epochs import LeaderEpochs
from ottla.log.origin import Origin
from ottla.log.producer_entry import BatchMetadata
from ottla.log.producer_rules import TV_LEGACY
from ottla.log.producer_state import ProducerState, Staged
from ottla.log.read_plan import OffsetOutOfRange, Slice, plan_read
from ottla.log.segment import Segment
from ottla.log.segments import Segments
from ottla.log.transaction_index import AbortedTransaction
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset, TopicPartition
from ottla.model.now import Now
from ottla.model.ports import Disk, Entropy
from ottla.records.batch import (
    LOG_APPEND_TIME,
    NO_TIMESTAMP,
    BatchHeader,
    set_base_offset,
    set_leader_epoch,
)

__all__ = ["Appended", "OffsetOutOfRange", "Origin", "PartitionLog", "Slice"]


class Appended(NamedTuple):
    """Where the records of an append are. For a repeat, where they have been all along."""

    first_offset: Offset
    last_offset: Offset
    max_timestamp: int
    log_append_time: int
    log_start_offset: Offset
    duplicate: bool = False


class PartitionLog:
    """Mutable, driven by one loop. What writes may raise OSError: the log directory is offline then."""

    def __init__(
        self,
        disk: Disk,
        directory: str,
        partition: TopicPartition,
        config: LogConfig,
        *,
        entropy: Entropy,
        segments: Segments,
        epochs: LeaderEpochs,
        producers: ProducerState,
        log_start_offset: int,
        log_end_offset: int,
    ) -> None:
        self.disk, self.directory, self.partition, self.config = disk, directory, partition, config
        self.entropy = entropy
        self.segments, self.epochs, self.producer_state = segments, epochs, producers
        self.log_start_offset = Offset(log_start_offset)
        self.log_end_offset = Offset(log_end_offset)

    @classmethod
    def create(
        cls,
        disk: Disk,
        directory: str,
        partition: TopicPartition,
        config: LogConfig,
        *,
        entropy: Entropy,
        now: Now,
    ) -> "PartitionLog":
        """A new, empty log in `directory`."""
        disk.make_dir(directory)
        segments = Segments()
        segments.add(Segment(disk, directory, 0, config, now_ms=now.wall_ms, new=True))
        return cls(
            disk,
            directory,
            partition,
            config,
            entropy=entropy,
            segments=segments,
            epochs=LeaderEpochs(disk, f"{directory}/{EPOCHS_FILE}"),
            producers=ProducerState(partition),
            log_start_offset=0,
            log_end_offset=0,
        )

    # Appending

    def append(
        self,
        data: memoryview | bytearray,
        *,
        leader_epoch: LeaderEpoch,
        now: Now,
        origin: Origin = Origin.CLIENT,
        transaction_version: int = TV_LEGACY,
    ) -> Appended:
        """Append one batch as leader; it is written when this returns, and `data` is ours until then.

        Raises AppendRefused, and OSError when the disk fails: nothing is appended then.
        """
        config, first = self.config, self.log_end_offset
        header = check_batch(data, origin, config.max_message_bytes, self.partition)
        last = first + header.last_offset_delta
        append_time = NO_TIMESTAMP
        max_timestamp = header.max_timestamp
        assert passes_through(header, config, now.wall_ms), "not yet"
        set_base_offset(data, first)
        set_leader_epoch(data, leader_epoch)
        size = len(data)
        if size > config.segment_bytes:
            raise self._larger_than_segment(size)
        if leader_epoch != self.epochs.latest:
            self.epochs.assign(leader_epoch, first)
        segment = self._segment_for(size, last, max_timestamp, now)
        staged = None
        if header.producer_id >= 0:
            if origin is Origin.CLIENT and (repeat := self.producer_state.find_duplicate(header)):
                return self._repeated(repeat, header)
            staged = Staged()
            self.producer_state.stage(staged, data, 0, header, first, origin, transaction_version)
        segment.append(data, size, last, max_timestamp)
        self.log_end_offset = Offset(last + 1)
        if staged is not None:
            self._producers_appended(staged, segment)
        return Appended(first, Offset(last), max_timestamp, append_time, self.log_start_offset)

    # Reading

    def read(
        self, start_offset: Offset, max_bytes: int, *, end_offset: Offset, min_one_message: bool
    ) -> Slice:
        """Plan to read batches from the one that holds `start_offset`, below `end_offset`.

        The caller reads the slice's bytes from its file. Raises OffsetOutOfRange.
        """
        if start_offset < self.log_start_offset:
            raise OffsetOutOfRange(
                f"Received request for offset {start_offset} for partition {self.partition}, "
                f"but we only have log segments starting from offset: {self.log_start_offset}."
            )
        if start_offset > self.log_end_offset:
            raise OffsetOutOfRange(
                f"Received request for offset {start_offset} for partition {self.partition}, "
                f"but we only have log segments upto {self.log_end_offset}."
            )
        return plan_read(
            self.segments, start_offset, max_bytes, end_offset, self.log_end_offset, min_one_message
        )

    def last_stable_offset(self, high_watermark: Offset) -> Offset:
        """Up to where every transaction is decided; never above the high watermark."""
        unstable = self.producer_state.first_unstable_offset
        if unstable is None:
            return high_watermark
        self.producer_state.replicated_to(high_watermark)
        unstable = self.first_unstable_offset
        return high_watermark if unstable is None else Offset(min(unstable, high_watermark))

    @property
    def first_unstable_offset(self) -> Offset | None:
        """Where the oldest open transaction begins, or the log itself if that is later."""
        unstable = self.producer_state.first_unstable_offset
        return None if unstable is None else Offset(max(unstable, self.log_start_offset))

    def aborted_transactions(self, start: Offset, end: Offset) -> list[tuple[int, int]]:
        """Producer id and first offset of each aborted transaction with offsets from `start` up to `end`."""
        found: list[tuple[int, int]] = []
        segment = self.segments.floor(start)
        while segment is not None:
            aborted, complete = segment.transactions.collect(start, end)
            found += [(entry.producer_id, entry.first_offset) for entry in aborted]
            segment = None if complete else self.segments.higher(segment.base_offset)
        return found

    def end_offset_for_epoch(self, epoch: LeaderEpoch) -> tuple[int, int]:
        """The largest known epoch up to `epoch` and where it ends; (-1, -1) if that is not known."""
        return self.epochs.end_offset_for(epoch, self.log_end_offset)

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return self.segments.size

    # Private

    def _segment_for(self, size: int, last_offset: int, max_timestamp: int, now: Now) -> Segment:
        """The active segment, rolled before if the batch does not fit or the segment is old."""
        segment, config = self.segments.active, self.config
        if (
            segment.size + size > config.segment_bytes
            or (
                segment.size
                and segment.waited_ms(now.wall_ms, max_timestamp) > config.roll_after_ms - segment.jitter_ms
            )
            or last_offset > segment.offset_max
            or segment.is_full
        ):
            return self.roll(now)
        return segment

    def roll(self, now: Now) -> Segment:
        """Begin a new segment at the end of the log."""
        base = self.log_end_offset
        segment = Segment(
            self.disk, self.directory, base, self.config, now_ms=now.wall_ms, jitter_ms=0, new=True
        )
        self.segments.add(segment)
        return segment

    def _producers_appended(self, staged: Staged, segment: Segment) -> None:
        state = self.producer_state
        state.commit(staged)
        for completed in staged.completed:
            if completed.aborted:
                segment.transactions.append(
                    AbortedTransaction(
                        completed.producer_id,
                        completed.first_offset,
                        completed.last_offset,
                        state.stable_offset_after(completed),
                    )
                )
            state.complete(completed)

    def _repeated(self, repeat: BatchMetadata, header: BatchHeader) -> Appended:
        append_time = (
            repeat.timestamp if self.config.message_timestamp_type == LOG_APPEND_TIME else NO_TIMESTAMP
        )
        return Appended(
            Offset(repeat.first_offset),
            Offset(repeat.last_offset),
            header.max_timestamp,
            append_time,
            self.log_start_offset,
            duplicate=True,
        )

    def _larger_than_segment(self, size: int) -> AppendRefused:
        return AppendRefused(
            ErrorCode.RECORD_LIST_TOO_LARGE,
            f"Message batch size is {size} bytes in append to partition {self.partition}, which exceeds the "
            f"maximum configured segment size of {self.config.segment_bytes}.",
        )
