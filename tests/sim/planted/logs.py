"""Bugs in `log`: appending, recovering, flushing, retention, compaction."""

from collections.abc import Generator
from typing import Any

from ottla.log import partition_log, producer_rules, recovery
from ottla.log.batch_filter import BatchFilter
from ottla.log.flushing import Flushing
from ottla.log.offset_index import OffsetIndex
from ottla.log.partition_log import PartitionLog
from ottla.log.producer_log import ProducerLog
from ottla.log.producer_state import ProducerState
from ottla.log.readable_log import ReadableLog
from ottla.log.segment import Segment
from ottla.records import batch
from ottla.records.batch import read_header
from tests.sim.planted.planting import Plant, PlantedBug, instead


def _recovery_skips_checksums() -> Plant:
    return instead(recovery, "validate", lambda buffer, position, header: None)


def _recovery_cuts_a_sound_batch() -> Plant:
    sound = recovery._sound_batches

    def all_but_the_last(segment: Segment) -> Generator[Any, None, None]:
        found = list(sound(segment))
        yield from found[:-1] if len(found) > 3 else found

    return instead(recovery, "_sound_batches", all_but_the_last)


def _recovery_leaves_the_torn_end() -> Plant:
    become_inactive = Segment.become_inactive

    def without_truncating(self: Segment) -> None:
        self.size, kept = self.file.size(), self.size
        become_inactive(self)
        self.size = kept

    return instead(Segment, "become_inactive", without_truncating)


def _index_entry_points_behind_its_batch() -> Plant:
    append = OffsetIndex.append

    def late(self: OffsetIndex, offset: int, position: int) -> None:
        append(self, offset - 5, position)

    return instead(OffsetIndex, "append", late)


def _a_repeat_is_not_recognised() -> Plant:
    return instead(ProducerState, "find_duplicate", lambda self, header: None)


def _any_sequence_will_do() -> Plant:
    return instead(producer_rules, "_check_sequence", lambda entry, header, offset, partition: None)


def _producers_are_forgotten_by_a_restart() -> Plant:
    rebuild = ProducerLog.rebuild

    def forget(self: ProducerLog, *args: Any, **kwargs: Any) -> Generator[None, None, None]:
        yield from rebuild(self, *args, **kwargs)
        self.state.clear()

    return instead(ProducerLog, "rebuild", forget)


def _a_batch_bears_the_next_epoch() -> Plant:
    write = batch.set_leader_epoch

    def next_one(buffer: Any, epoch: int, position: int = 0) -> None:
        write(buffer, epoch + (read_header(buffer).base_offset % 50 == 0), position)

    return instead(partition_log, "set_leader_epoch", next_one)


def _an_offset_is_left_out() -> Plant:
    advance = PartitionLog._advance

    def further(self: PartitionLog, end: int, segment: Segment, staged: Any) -> None:
        advance(self, end + 1 if end % 50 == 0 else end, segment, staged)

    return instead(PartitionLog, "_advance", further)


def _last_stable_offset_ignores_transactions() -> Plant:
    return instead(ReadableLog, "last_stable_offset", lambda self, high_watermark: high_watermark)


def _the_recovery_point_runs_ahead_of_the_sync() -> Plant:
    begin = Flushing._begin

    def ahead(self: Flushing) -> None:
        self.recovery_point = max(end for end, _ in self._waiting)
        begin(self)

    return instead(Flushing, "_begin", ahead)


def _a_roll_forgets_the_name_of_its_segment() -> Plant:
    rolled = Flushing.rolled

    def without_names(self: Flushing, *args: Any) -> None:
        disk = self._disk
        self._disk = _NamesNotSynced(disk)
        rolled(self, *args)
        self._disk = disk

    return instead(Flushing, "rolled", without_names)


class _NamesNotSynced:
    def __init__(self, disk: Any) -> None:
        self._disk = disk

    def sync_dir(self, path: str) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._disk, name)


def _writes_wait_in_memory() -> Plant:
    held: dict[str, list[tuple[int, bytes]]] = {}

    def hold(self: Segment, data: Any, size: int, last_offset: int, max_timestamp: int) -> None:
        waiting = held.setdefault(self.file.path, [])
        waiting.append((self.size, bytes(data)))
        if len(waiting) == 3:
            for position, content in waiting:
                self.file.write(position, content)
            waiting.clear()
        self.size += size
        self.note(self.size - size, size, last_offset, max_timestamp)

    return instead(Segment, "append", hold)


def _compaction_keeps_an_older_value() -> Plant:
    stays = BatchFilter._stays

    def older(self: BatchFilter, data: bytes, span: Any, offset: int, keeps_tombstones: bool) -> bool:
        kept = stays(self, data, span, offset, keeps_tombstones)
        return kept and not (offset == self._offsets.latest_offset and span.value_size > 0)

    return instead(BatchFilter, "_stays", older)


def _tombstones_go_at_once() -> Plant:
    stays = BatchFilter._stays

    def early(self: BatchFilter, data: bytes, span: Any, offset: int, keeps_tombstones: bool) -> bool:
        return stays(self, data, span, offset, keeps_tombstones=False)

    return instead(BatchFilter, "_stays", early)


BUGS = (
    PlantedBug("recovery skips checksums", "I18", 2, _recovery_skips_checksums),
    PlantedBug("recovery cuts a sound batch", "I17", 1, _recovery_cuts_a_sound_batch),
    PlantedBug("recovery leaves the torn end", "I18", 2, _recovery_leaves_the_torn_end),
    PlantedBug("an index entry points behind its batch", "I7", 4, _index_entry_points_behind_its_batch),
    PlantedBug("a repeat is not recognised", "I13", 7, _a_repeat_is_not_recognised),
    PlantedBug("any sequence will do", "I13", 2, _any_sequence_will_do),
    PlantedBug("producers are forgotten by a restart", "I13", 6, _producers_are_forgotten_by_a_restart),
    PlantedBug("a batch bears the next epoch", "I8", 1, _a_batch_bears_the_next_epoch),
    PlantedBug("an offset is left out", "I7", 1, _an_offset_is_left_out),
    PlantedBug(
        "the last stable offset ignores transactions", "I9", 1, _last_stable_offset_ignores_transactions
    ),
    PlantedBug(
        "the recovery point runs ahead of the sync", "F2", 2, _the_recovery_point_runs_ahead_of_the_sync
    ),
    PlantedBug("a roll forgets the name of its segment", "F2", 2, _a_roll_forgets_the_name_of_its_segment),
    PlantedBug("writes wait in memory", "I18", 1, _writes_wait_in_memory),
    PlantedBug("compaction keeps an older value", "I19", 1, _compaction_keeps_an_older_value),
    PlantedBug("tombstones go at once", "I19", 5, _tombstones_go_at_once),
)
