"""One partition's log: append and read plans over its segments (`UnifiedLog`, `LocalLog`).

The log calls its disk synchronously and reads no clock; whoever holds it passes `now`. The high
watermark is replication's business and comes in as an argument where it matters.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ottla.log.append_refused import AppendRefused
from ottla.log.config import LogConfig
from ottla.log.flushing import Flushing
from ottla.log.given import check_given
from ottla.log.incoming import check_batch, passes_through
from ottla.log.leader_epochs import FILE_NAME as EPOCHS_FILE
from ottla.log.leader_epochs import LeaderEpochs
from ottla.log.log_folder import LogFolder
from ottla.log.origin import Origin
from ottla.log.producer_entry import BatchMetadata
from ottla.log.producer_log import PRODUCER_EXPIRATION_MS, ProducerLog
from ottla.log.producer_rules import TV_LEGACY
from ottla.log.producer_snapshots import ProducerSnapshots
from ottla.log.producer_state import ProducerState, Staged
from ottla.log.read_plan import OffsetOutOfRange, Slice
from ottla.log.readable_log import ReadableLog
from ottla.log.retention import Deletion, Reason, before_start, oldest_while, rules
from ottla.log.rewriting import rewrite
from ottla.log.segment import BatchAt, Segment
from ottla.log.segment_files import CLEANED, LOG, SWAP
from ottla.log.segments import Segments
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset, TopicPartition
from ottla.model.now import Now
from ottla.model.ports import Disk, Entropy
from ottla.records.batch import LOG_APPEND_TIME, NO_TIMESTAMP, set_base_offset, set_leader_epoch

__all__ = ["Appended", "OffsetOutOfRange", "Origin", "PartitionLog", "Slice"]


class Appended(NamedTuple):
    """Where the records of an append are. For a repeat, where they have been all along."""

    first_offset: Offset
    last_offset: Offset
    max_timestamp: int
    log_append_time: int
    log_start_offset: Offset
    duplicate: bool = False


class PartitionLog(ReadableLog):
    """Mutable, driven by one loop. What writes may raise OSError: the log directory is offline then."""

    def __init__(
        self,
        folder: LogFolder,
        partition: TopicPartition,
        config: LogConfig,
        *,
        segments: Segments,
        epochs: LeaderEpochs,
        producers: ProducerLog,
        log_start_offset: int,
        log_end_offset: int,
        recovery_point: int,
        changed: bool = False,
    ) -> None:
        super().__init__(partition, segments, epochs, producers, log_start_offset, log_end_offset)
        self.config, self._folder = config, folder
        self._flushing = Flushing(
            folder.disk,
            folder.path,
            segments,
            epochs,
            recovery_point=recovery_point,
            end_offset=log_end_offset,
            changed=changed,
        )
        self.cuts = 0
        """How often the log was truncated: who works on it in steps looks here."""

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
        producer_expiration_ms: int = PRODUCER_EXPIRATION_MS,
    ) -> "PartitionLog":
        """A new, empty log in `directory`, which holds none yet."""
        disk.make_dir(directory)
        assert not any(name.endswith(LOG) for name in disk.list(directory)), "a log is created once"
        folder = LogFolder(disk, directory, entropy)
        segments = Segments()
        segments.add(folder.new_segment(0, config, now))
        return cls(
            folder,
            partition,
            config,
            segments=segments,
            epochs=LeaderEpochs(disk, f"{directory}/{EPOCHS_FILE}"),
            producers=ProducerLog(
                ProducerState(partition), ProducerSnapshots(folder), producer_expiration_ms
            ),
            log_start_offset=0,
            log_end_offset=0,
            recovery_point=0,
        )

    @property
    def directory(self) -> str:
        return self._folder.path

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
        """Append one batch as leader. It is written when this returns; `data` is patched in place.

        Raises AppendRefused, and OSError when the disk fails: nothing is appended then.
        """
        # The hot path: a header, a checksum, two patches, one write. Everything else is called at need.
        config, first = self.config, self.log_end_offset
        header = check_batch(data, origin, config.max_message_bytes, self.partition)
        if passes_through(header, config, now.wall_ms):
            set_base_offset(data, first)
            set_leader_epoch(data, leader_epoch)
        else:
            data, header = rewrite(
                data, header, config, first, leader_epoch, now.wall_ms, origin, self.partition
            )
        if leader_epoch != self.epochs.latest:
            self.epochs.assign(leader_epoch, first)
        last = first + header.last_offset_delta
        segment = self._segment_for(len(data), first, last, header.max_timestamp, now)
        staged = None
        if header.producer_id >= 0:
            if origin is Origin.CLIENT and (repeat := self._state.find_duplicate(header)):
                return self._repeated(repeat, header.max_timestamp)
            staged = Staged()
            self._state.stage(staged, data, 0, header, first, origin, transaction_version)
        segment.append(data, len(data), last, header.max_timestamp)
        self._advance(last + 1, segment, staged)
        append_time = now.wall_ms if config.message_timestamp_type == LOG_APPEND_TIME else NO_TIMESTAMP
        return Appended(first, Offset(last), header.max_timestamp, append_time, self.log_start_offset)

    def append_as_follower(
        self, data: memoryview | bytearray | bytes, leader_epoch: LeaderEpoch, now: Now
    ) -> Appended | None:
        """Append batches of the leader as they are; None if there is no whole one.

        Raises CorruptBatch, UnexpectedOffset, OffsetsOutOfOrder, AppendRefused and OSError.
        """
        return self._append_given(data, leader_epoch, now, Origin.REPLICATION)

    def append_as_raft_leader(
        self, data: memoryview | bytearray | bytes, leader_epoch: LeaderEpoch, now: Now
    ) -> Appended | None:
        """Append batches that the leader of the metadata quorum has given offsets and its epoch."""
        return self._append_given(data, leader_epoch, now, Origin.RAFT_LEADER)

    def _append_given(
        self, data: memoryview | bytearray | bytes, leader_epoch: int, now: Now, origin: Origin
    ) -> Appended | None:
        found = check_given(
            data,
            leader_epoch,
            self.log_end_offset,
            self.log_start_offset,
            origin,
            self.config.max_message_bytes,
            self.partition,
        )
        if not found:
            return None
        first, last = found[0].header.base_offset, found[-1].header.last_offset
        size = found[-1].position + found[-1].header.size
        newest = max(header.max_timestamp for _, header in found)
        for _, header in found:
            if header.leader_epoch >= 0 and header.leader_epoch != self.epochs.latest:
                self.epochs.assign(header.leader_epoch, header.base_offset)
        segment = self._segment_for(size, first, last, newest, now)
        staged = self._stage_given(data, found, origin)
        segment.append_all(memoryview(data)[:size], found)
        self._advance(last + 1, segment, staged)
        return Appended(Offset(first), Offset(last), newest, NO_TIMESTAMP, self.log_start_offset)

    def _stage_given(
        self, data: memoryview | bytearray | bytes, found: Iterable[BatchAt], origin: Origin
    ) -> Staged | None:
        staged = None
        for position, header in found:
            if header.producer_id >= 0:
                staged = staged or Staged()
                self._state.stage(staged, data, position, header, header.base_offset, origin)
        return staged

    def _advance(self, end: int, segment: Segment, staged: Staged | None) -> None:
        """The bytes are written: the log ends at `end`."""
        self.log_end_offset = Offset(end)
        if staged is not None:
            self._producers.appended(staged, segment)
        self._producers.end_offset = end

    def _segment_for(self, size: int, first: int, last: int, max_timestamp: int, now: Now) -> Segment:
        """The active segment, rolled before if the batch does not fit or the segment is old."""
        segment, config = self.segments.active, self.config
        if self._flushing.failure is not None:
            raise self._flushing.failure
        if (
            segment.size + size > config.segment_bytes
            or (
                segment.size
                and segment.waited_ms(now.wall_ms, max_timestamp) > config.roll_after_ms - segment.jitter_ms
            )
            or last > segment.offset_max
            or segment.is_full
        ):
            if size > config.segment_bytes:
                raise AppendRefused(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    f"Message batch size is {size} bytes in append to partition {self.partition}, which "
                    f"exceeds the maximum configured segment size of {config.segment_bytes}.",
                )
            return self._roll(first, now)
        return segment

    def _repeated(self, repeat: BatchMetadata, max_timestamp: int) -> Appended:
        """Kafka answers a repeat with the time of the batch that it repeats."""
        return Appended(
            Offset(repeat.first_offset),
            Offset(repeat.last_offset),
            max_timestamp,
            repeat.timestamp,
            self.log_start_offset,
            duplicate=True,
        )

    # Segments

    def roll(self, now: Now) -> Segment:
        """Begin a new segment at the end of the log; the active one if it is empty."""
        return self._roll(self.log_end_offset, now)

    def _roll(self, first_offset: int, now: Now) -> Segment:
        base = max(first_offset, self.log_end_offset)
        active = self.segments.active
        if active.size == 0 and active.base_offset == base:
            return active
        active.become_inactive()
        active.index.release()
        segment = self._folder.new_segment(base, self.config, now)
        self.segments.add(segment)
        if active.size == 0:
            # A copy that begins far behind: nothing is left between segments that are full and that are gone.
            self._discard([active], now)
        # A snapshot at the new base: whoever loads the log begins there.
        self._producers.end_offset = base
        self._flushing.rolled(active, base, self._producers.take_snapshot())
        self._flushing.flush(base)
        return segment

    def truncate_to(self, offset: Offset, now: Now) -> bool:
        """Cut off everything from `offset` on; whether there was anything."""
        assert offset >= 0, "offsets are not negative"
        if offset >= self.log_end_offset:
            # An epoch may have been noted of which no record was written.
            self.epochs.truncate_from_end(self.log_end_offset)
            return False
        if offset < self.segments.first.base_offset:
            self.truncate_fully_and_start_at(offset, now)
            return True
        # The last goes first, so that a crash in between leaves no hole.
        self._discard([s for s in self.segments if s.base_offset > offset][::-1], now)
        self.segments.active.truncate_to(offset, now.wall_ms)
        self._cut_to(offset)
        self.epochs.truncate_from_end(offset)
        self.log_start_offset = min(offset, self.log_start_offset)
        exhaust(self._producers.rebuild(self.segments, self.segments.first.base_offset, offset, now.wall_ms))
        return True

    def truncate_fully_and_start_at(self, offset: Offset, now: Now) -> None:
        """Forget everything; the log is empty and begins at `offset`."""
        self._discard(list(self.segments)[::-1], now)
        self.segments.add(self._folder.new_segment(offset, self.config, now))
        self._cut_to(offset)
        self._flushing.restarted(offset)
        self.epochs.clear()
        self._producers.restart_at(offset)
        self.log_start_offset = offset

    def advance_log_start(self, offset: Offset) -> bool:
        """Let the log begin at `offset`, which is committed; whether that is later than before."""
        if offset <= self.log_start_offset:
            return False
        assert offset <= self.log_end_offset, "a log begins before it ends"
        self.log_start_offset = offset
        self._flushing.recovery_point = max(self._flushing.recovery_point, offset)
        self.epochs.truncate_from_start(offset)
        self._producers.log_start_advanced(offset)
        return True

    def delete_expired(self, now: Now, high_watermark: Offset) -> list[Deletion]:
        """Delete what retention lets go; returns what went and why. Also removes bytes marked before."""
        self._folder.remove_due(now)
        deletions: list[Deletion] = []
        for reason, breached in rules(self.config, self.log_start_offset, self.size, now.wall_ms):
            doomed = oldest_while(self.segments, high_watermark, self.log_end_offset, breached)
            if doomed:
                self._delete(doomed, now)
                deletions.append(Deletion(reason, [segment.base_offset for segment in doomed]))
        return deletions

    def delete_before_log_start(self, now: Now) -> list[Deletion]:
        """Delete the segments that lie wholly before the log's start, as the metadata log wants it."""
        self._folder.remove_due(now)
        end = self.log_end_offset
        doomed = oldest_while(self.segments, end, end, before_start(self.log_start_offset))
        self._delete(doomed, now)
        return [Deletion(Reason.LOG_START, [s.base_offset for s in doomed])] if doomed else []

    def _delete(self, doomed: list[Segment], now: Now) -> None:
        if len(doomed) == len(self.segments):
            self.roll(now)
        if doomed:
            kept = self.segments.higher(doomed[-1].base_offset)
            assert kept is not None, "a log keeps one segment"
            self.advance_log_start(Offset(kept.base_offset))
            self._discard(doomed, now)

    def _discard(self, doomed: Iterable[Segment], now: Now) -> None:
        for segment in doomed:
            self.segments.remove(segment)
            self._producers.snapshots.remove(segment.base_offset)
            self._folder.discard(segment, self.config, now)

    def _cut_to(self, offset: Offset) -> None:
        self.log_end_offset = offset
        self.cuts += 1
        self._flushing.truncated(offset)

    # Compaction

    def new_cleaned_segment(self, base_offset: int, now: Now) -> Segment:
        """An empty segment that is not in force yet."""
        return self._folder.new_segment(base_offset, self.config, now, suffix=CLEANED)

    def replace_segments(self, old: Sequence[Segment], cleaned: Segment, now: Now) -> None:
        """Put `cleaned`, whose files are synced, in the place of `old`: neighbours, all of them inactive."""
        assert cleaned.base_offset == old[0].base_offset, "a cleaned segment begins where the old ones do"
        assert self.segments.active not in old, "the active segment is never cleaned"
        cleaned.rename(SWAP)
        # From here on a crash completes the swap.
        for segment in old:
            self._folder.discard(segment, self.config, now)
        cleaned.rename("")
        for segment in old:
            self.segments.remove(segment)
            if segment is not old[0]:
                self._producers.snapshots.remove(segment.base_offset)
        self.segments.add(cleaned)

    # Durability

    @property
    def recovery_point(self) -> Offset:
        """Everything below is on the medium."""
        return Offset(self._flushing.recovery_point)

    @property
    def must_flush(self) -> bool:
        """Whether `flush.messages` wants what was appended on the medium before anybody counts on it."""
        return self.log_end_offset - self._flushing.recovery_point >= self.config.flush_messages

    def sync_later(self, done: Callable[[OSError | None], None]) -> None:
        """Sync all that is appended, then call `done` on the loop."""
        self._flushing.flush(self.log_end_offset, done)

    def flush_if_due(self, now: Now) -> None:
        """Sync when `flush.ms` has passed since the last time that was done."""
        if now.mono_ms - self._flushing.last_flush_ms >= self.config.flush_ms:
            self._flushing.last_flush_ms = now.mono_ms
            self._flushing.flush(self.log_end_offset)

    def fail(self, error: OSError) -> None:
        """A file beside the log could not be written: the disk is not to be trusted any more."""
        self._flushing.fail(error)

    def on_disk_failure(self, report: Callable[[OSError], None]) -> None:
        """Call `report` when a sync fails: the directory must go offline. Appends raise from then on."""
        self._flushing.on_failure = report

    def remove_expired_producers(self, now: Now) -> None:
        self._state.remove_expired(now.wall_ms, self._producers.expiration_ms)

    def keep_producers(self, expiration_ms: int) -> None:
        """How long a producer may be silent before it is forgotten (`producer.id.expiration.ms`)."""
        self._producers.expiration_ms = expiration_ms

    def update_config(self, config: LogConfig) -> None:
        self.config = config

    def close(self, now: Now) -> None:
        """Write and sync everything, so that the next start can trust it. Raises OSError.

        A log that nobody wrote to since it was opened is as it was.
        """
        if not self._flushing.has_changed(self.log_end_offset):
            return
        snapshot = self._producers.take_snapshot()
        if snapshot is not None:
            snapshot.sync()
        self.segments.active.become_inactive()
        self._flushing.flush_now(self.log_end_offset)

    def rename_for_deletion(self, now: Now) -> str:
        """Rename the folder so that it is gone for every start from now on; returns its new path.

        The log is not used any more. Its bytes are the caller's to remove.
        """
        self._flushing.abandon()
        self._folder.rename_for_deletion(self.partition)
        return self._folder.path


def exhaust(steps: Iterable[object]) -> None:
    """Carry out a generator of slices at one go."""
    deque(steps, maxlen=0)
