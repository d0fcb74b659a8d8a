"""Opening a log that is on disk, after a clean stop or after a crash (`LogLoader`).

After a clean stop the files are trusted and hardly read. After a crash everything from the recovery
point's segment on is recovered; the first damage ends the log.
"""

from collections.abc import Generator, Iterable
from typing import NamedTuple

from ottla.log.config import LogConfig
from ottla.log.leader_epochs import FILE_NAME as EPOCHS_FILE
from ottla.log.leader_epochs import LeaderEpochs
from ottla.log.leftovers import clear_leftovers
from ottla.log.log_folder import LogFolder
from ottla.log.partition_log import PartitionLog
from ottla.log.producer_log import PRODUCER_EXPIRATION_MS, ProducerLog
from ottla.log.producer_snapshots import ProducerSnapshots
from ottla.log.producer_state import ProducerState
from ottla.log.recovery import recover_segment
from ottla.log.segment import Segment
from ottla.log.segment_files import (
    LOG,
    OFFSET_INDEX,
    SEGMENT_SUFFIXES,
    TIME_INDEX,
    file_name,
    offset_of,
)
from ottla.log.segments import Segments
from ottla.log.transaction_index import IndexDamaged
from ottla.model.ids import TopicPartition
from ottla.model.now import Now
from ottla.model.ports import Disk, Entropy


class RecoveringSegment(NamedTuple):
    """A fact for the log: recovery of a segment begins; `remaining` are still to come, this one included."""

    base_offset: int
    remaining: int


class TruncatedSegment(NamedTuple):
    """A fact for the log: damaged bytes were cut off; segments behind `base_offset` are gone."""

    base_offset: int
    lost_bytes: int
    end_offset: int


class RebuiltIndexes(NamedTuple):
    """A fact for the log: a segment's indexes were missing or damaged."""

    base_offset: int


class DeletedAllSegments(NamedTuple):
    """A fact for the log: the log ended before the offset that it must begin with."""

    log_end_offset: int
    log_start_offset: int


LoadFact = RecoveringSegment | TruncatedSegment | RebuiltIndexes | DeletedAllSegments
Loading = Generator[LoadFact | None, None, PartitionLog]


def open_log(
    disk: Disk,
    directory: str,
    partition: TopicPartition,
    config: LogConfig,
    *,
    entropy: Entropy,
    now: Now,
    clean: bool,
    log_start_offset: int = 0,
    recovery_point: int | None = None,
    producer_expiration_ms: int = PRODUCER_EXPIRATION_MS,
) -> Loading:
    """The log in `directory`, in short steps that yield a fact or None; the log itself is returned.

    `clean` says that the whole log directory was closed properly; `log_start_offset` and `recovery_point` are
    the checkpointed ones, the latter None if it is not known. Raises CheckpointDamaged,
    UnsupportedBatchFormat, SegmentOverflow and OSError.
    """
    disk.make_dir(directory)
    folder = LogFolder(disk, directory, entropy)
    clear_leftovers(folder)
    opening = _Opening(
        folder, partition, config, now, clean, log_start_offset, recovery_point, producer_expiration_ms
    )
    return (yield from opening.run())


class _Opening:
    """One log on its way from files to a `PartitionLog`."""

    def __init__(
        self,
        folder: LogFolder,
        partition: TopicPartition,
        config: LogConfig,
        now: Now,
        clean: bool,
        log_start: int,
        recovery_point: int | None,
        expiration_ms: int,
    ) -> None:
        self._folder, self._partition, self._config, self._now = folder, partition, config, now
        self._clean, self._log_start, self._recovery_point = clean, log_start, recovery_point
        self._expiration_ms = expiration_ms
        self._segments = Segments()
        self._epochs = LeaderEpochs.load(folder.disk, f"{folder.path}/{EPOCHS_FILE}")
        self._snapshots = ProducerSnapshots(folder)

    def run(self) -> Loading:
        names = self._folder.disk.list(self._folder.path)
        self._snapshots.find(names)
        yield from self._load_segments(names)
        if not self._clean:
            yield from self._recover()
        yield from self._end_behind_start()
        if not len(self._segments):
            self._segments.add(self._folder.new_segment(self._log_start, self._config, self._now))
        active = self._segments.active
        active.note_fullness()
        end = active.next_offset()
        begin = self._segments.first.base_offset
        start = max(self._log_start, begin)
        self._epochs.settle(start, end)
        self._remove_stray_snapshots()
        for segment in self._segments:
            if segment is not active:
                segment.index.release()
        producers = self._empty_producers()
        yield from producers.rebuild(self._segments, begin, end, self._now.wall_ms, clean=self._clean)
        return PartitionLog(
            self._folder,
            self._partition,
            self._config,
            segments=self._segments,
            epochs=self._epochs,
            producers=producers,
            log_start_offset=start,
            log_end_offset=end,
            recovery_point=end if self._clean else min(self._recovery_point or 0, end),
            changed=not self._clean,
        )

    def _load_segments(self, names: Iterable[str]) -> Generator[LoadFact | None, None, None]:
        there = set(names)
        for name in sorted(there):
            base = offset_of(name)
            if base is None or not name.endswith(SEGMENT_SUFFIXES):
                continue
            if not name.endswith(LOG):
                if file_name(base, LOG) not in there:
                    # An index alone says nothing.
                    self._folder.disk.remove(f"{self._folder.path}/{name}")
                continue
            complete = {file_name(base, OFFSET_INDEX), file_name(base, TIME_INDEX)} <= there
            segment = self._folder.existing_segment(base, self._config, self._now)
            unflushed = not self._clean and base >= (self._recovery_point or 0)
            if not unflushed and not (complete and _is_sound(segment)):
                yield RebuiltIndexes(base)
                yield from self._recover_segment(segment)
            self._segments.add(segment)

    def _recover(self) -> Generator[LoadFact | None, None, None]:
        """Recover everything that may not have reached the medium."""
        if not len(self._segments):
            return
        start = self._recovery_point or 0
        unflushed = self._segments.between(start, self._segments.active.offset_max)
        before: Segment | None = None
        for done, segment in enumerate(unflushed):
            yield RecoveringSegment(segment.base_offset, len(unflushed) - done)
            lost = yield from self._recover_segment(segment)
            if before is not None and self._is_behind_a_hole(segment, before):
                yield TruncatedSegment(before.base_offset, 0, before.next_offset())
                self._discard(unflushed[done:])
                return
            if lost:
                yield TruncatedSegment(segment.base_offset, lost, segment.next_offset())
                self._discard(unflushed[done + 1 :])
                return
            before = segment

    def _is_behind_a_hole(self, segment: Segment, before: Segment) -> bool:
        """Whether the end of the segment `before` was lost at a batch's edge, as a power cut can have it.

        A segment that was rolled is never empty, and its offsets reach the next one. Compaction leaves gaps,
        and so may a log whose recovery point is not known: then only a gap before nothing tells.
        """
        if before.size == 0:
            return True
        if before.next_offset() >= segment.base_offset:
            return False
        gaps_may_be_old = self._config.compacts or self._recovery_point is None
        return not gaps_may_be_old or segment.size == 0

    def _recover_segment(self, segment: Segment) -> Generator[None, None, int]:
        """`recover_segment` with the producers as the segments before it leave them."""
        before = Segments()
        for other in self._segments:
            if other.base_offset < segment.base_offset:
                before.add(other)
        producers = self._empty_producers()
        begin = before.first.base_offset if len(before) else segment.base_offset
        yield from producers.rebuild(before, begin, segment.base_offset, self._now.wall_ms)
        lost = yield from recover_segment(segment, producers, self._epochs)
        producers.take_snapshot()
        return lost

    def _end_behind_start(self) -> Generator[LoadFact | None, None, None]:
        """A log that ends before its checkpointed start lost files: it begins anew at that start."""
        if not len(self._segments):
            return
        end = self._segments.active.next_offset()
        if end < self._log_start:
            yield DeletedAllSegments(end, self._log_start)
            self._discard(list(self._segments))
            self._epochs.clear()
            self._snapshots.remove_all()

    def _discard(self, doomed: list[Segment]) -> None:
        for segment in reversed(doomed):
            self._segments.remove(segment)
            self._snapshots.remove(segment.base_offset)
            self._folder.discard(segment, self._config, self._now)
        self._folder.remove_discarded()

    def _remove_stray_snapshots(self) -> None:
        """Snapshots belong to segments; one behind all of them is from the last clean stop."""
        bases = set(self._segments.base_offsets)
        strays = [offset for offset in self._snapshots.offsets if offset not in bases]
        newest = self._segments.active.base_offset
        for offset in strays:
            if offset != strays[-1] or offset < newest:
                self._snapshots.remove(offset)

    def _empty_producers(self) -> ProducerLog:
        return ProducerLog(ProducerState(self._partition), self._snapshots, self._expiration_ms)


def _is_sound(segment: Segment) -> bool:
    try:
        segment.transactions.check()
    except IndexDamaged:
        return False
    return segment.index.file.size() % 8 == 0 and segment.time_index.file.size() % 12 == 0
