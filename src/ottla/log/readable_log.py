"""What can be asked of a partition's log: reads, offsets by time, transactions, producers."""

from ottla.log import offset_lookup
from ottla.log.leader_epochs import LeaderEpochs
from ottla.log.offset_lookup import FoundOffset
from ottla.log.producer_entry import ProducerEntry
from ottla.log.producer_log import ProducerLog
from ottla.log.read_plan import OffsetOutOfRange, Slice, plan_read
from ottla.log.segments import Segments
from ottla.model.ids import LeaderEpoch, Offset, TopicPartition


class ReadableLog:
    """The reading half of `PartitionLog`. Nothing here writes."""

    def __init__(
        self,
        partition: TopicPartition,
        segments: Segments,
        epochs: LeaderEpochs,
        producers: ProducerLog,
        log_start_offset: int,
        log_end_offset: int,
    ) -> None:
        self.partition, self.segments, self.epochs = partition, segments, epochs
        self.log_start_offset = Offset(log_start_offset)
        self.log_end_offset = Offset(log_end_offset)
        self._producers, self._state = producers, producers.state

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return self.segments.size

    def read(
        self, start_offset: Offset, max_bytes: int, *, end_offset: Offset, min_one_message: bool
    ) -> Slice:
        """Plan to read batches from the one that holds `start_offset`, below `end_offset`.

        The caller reads the slice's bytes from its file. Raises OffsetOutOfRange.
        """
        if not self.log_start_offset <= start_offset <= self.log_end_offset:
            raise self._out_of_range(start_offset)
        return plan_read(
            self.segments, start_offset, max_bytes, end_offset, self.log_end_offset, min_one_message
        )

    def last_stable_offset(self, high_watermark: Offset) -> Offset:
        """Up to where every transaction is decided and replicated; never above the high watermark."""
        if self._state.first_unstable_offset is None:
            return high_watermark
        self._state.replicated_to(high_watermark)
        unstable = self.first_unstable_offset
        return high_watermark if unstable is None else min(unstable, high_watermark)

    @property
    def first_unstable_offset(self) -> Offset | None:
        """Where the oldest open transaction begins, or the log itself if that is later."""
        unstable = self._state.first_unstable_offset
        return None if unstable is None else Offset(max(unstable, self.log_start_offset))

    def aborted_transactions(self, start: Offset, end: Offset) -> list[tuple[int, int]]:
        """Producer id and first offset of each aborted transaction with offsets from `start` up to `end`."""
        aborted = self.segments.aborted_transactions(start, end)
        return [(transaction.producer_id, transaction.first_offset) for transaction in aborted]

    def end_offset_for_epoch(self, epoch: LeaderEpoch) -> tuple[int, int]:
        """The largest known epoch up to `epoch` and where it ends; (-1, -1) if that is not known."""
        return self.epochs.end_offset_for(epoch, self.log_end_offset)

    def earliest_offset(self) -> FoundOffset:
        return offset_lookup.earliest(self.log_start_offset, self.epochs)

    def latest_offset(self) -> FoundOffset:
        return offset_lookup.latest(self.log_end_offset, self.epochs)

    def offset_of_max_timestamp(self) -> FoundOffset | None:
        """The first record with the largest timestamp; None in a log without records."""
        return offset_lookup.of_max_timestamp(self.segments)

    def offset_for_timestamp(self, timestamp: int) -> FoundOffset | None:
        """The first record of that time or later; None if all are older."""
        return offset_lookup.of_timestamp(self.segments, timestamp, self.log_start_offset)

    def producers(self) -> list[ProducerEntry]:
        """The active producers, for DescribeProducers."""
        return list(self._state.producers.values())

    def _out_of_range(self, offset: int) -> OffsetOutOfRange:
        bound = (
            f"starting from offset: {self.log_start_offset}"
            if offset < self.log_start_offset
            else f"upto {self.log_end_offset}"
        )
        return OffsetOutOfRange(
            f"Received request for offset {offset} for partition {self.partition}, "
            f"but we only have log segments {bound}."
        )
