"""A node that stops at any write, by a kill or a power cut, and what it finds when it starts again.

Small histories are cut at every single change to the disk. After a kill nothing appended is missing; after
a power cut nothing below the recovery point is, and what is left is a beginning of what was written,
without holes. Recovering twice is recovering once (I17), and indexes are what a fresh reading gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from tests.unit.log.a_log import (
    START_MS,
    a_batch,
    a_log,
    a_transactional_batch,
    an_idempotent_batch,
    at,
    contents,
    opened,
    put,
    put_marker,
)
from tests.unit.log.crashing_disk import Change, Crash, CrashingDisk, Survivors

from ottla.log.cleanable import cleanable
from ottla.log.cleaner import clean
from ottla.log.offset_map import OffsetMap
from ottla.log.partition_log import PartitionLog
from ottla.model.ids import LeaderEpoch, Offset
from ottla.records.records import Record, build_batch

SMALL: dict[str, Any] = {"segment_bytes": 420, "index_interval_bytes": 100, "file_delete_delay_ms": 0}
COMPACT: dict[str, Any] = {**SMALL, "cleanup_policy": frozenset({"compact"})}


@dataclass
class Ledger:
    """What the node had been told when it stopped. `pending` may or may not have been written."""

    written: dict[int, bytes | None] = field(default_factory=dict)
    pending: dict[int, bytes | None] = field(default_factory=dict)
    flushed: int = 0
    end: int = 0
    log_start: int = 0
    keys: dict[int, bytes] = field(default_factory=dict)
    ghosts: dict[int, bytes | None] = field(default_factory=dict)
    """Cut off, but until the next sync a power cut may bring them back."""


def note_append(
    ledger: Ledger, log: PartitionLog, batch: bytearray, values: Sequence[bytes | None], **more: Any
) -> None:
    ledger.pending = {log.log_end_offset + i: value for i, value in enumerate(values)}
    put(log, batch, **more)
    ledger.written |= ledger.pending
    ledger.pending, ledger.end = {}, log.log_end_offset


def sync(disk: CrashingDisk, log: PartitionLog, ledger: Ledger) -> None:
    log.sync_later(lambda error: None)
    disk.run_later()
    ledger.flushed = log.recovery_point


def producing(disk: CrashingDisk, ledger: Ledger) -> None:
    """Appends of all kinds, rolls, syncs, epochs, retention."""
    log = a_log(disk, retention_ms=1_000, **SMALL)
    for number in range(9):
        value = b"v%d" % number * 8
        note_append(ledger, log, an_idempotent_batch(value, sequence=number), [value], epoch=number // 4)
        if number % 3 == 0:
            transactional = a_transactional_batch(b"t%d" % number, producer=7, sequence=number // 3)
            note_append(ledger, log, transactional, [b"t%d" % number], epoch=number // 4)
            put_marker(log, producer=7, committed=number == 3, leader_epoch=number // 4)
            ledger.end = log.log_end_offset
        if number % 4 == 2:
            sync(disk, log, ledger)
    late = a_batch(b"late", ms=5_000)
    note_append(ledger, log, late, [b"late"], epoch=2, now=at(5_000))
    log.delete_expired(at(5_000), log.log_end_offset)
    ledger.log_start = log.log_start_offset
    log.delete_expired(at(5_001), log.log_end_offset)
    disk.run_later()
    sync(disk, log, ledger)
    note_append(ledger, log, a_batch(b"last"), [b"last"], epoch=2)
    log.close(at(5_001))
    ledger.flushed = log.log_end_offset


def compacting(disk: CrashingDisk, ledger: Ledger) -> None:
    """Appends to few keys, and rounds of compaction between them."""
    log = a_log(disk, **COMPACT)
    cleaned = 0
    for number in range(14):
        key, value = b"k%d" % (number % 3), None if number == 7 else b"v%d" % number * 10
        ledger.keys[log.log_end_offset] = key
        note_append(ledger, log, build_batch([Record(0, START_MS, key, value)]), [value])
        disk.run_later()
        if number % 5 == 4:
            sync(disk, log, ledger)
            steps = clean(cleanable(log, cleaned, log.log_end_offset, at()), OffsetMap(), at())
            for files in steps:
                for file in files or ():
                    file.sync()
            log.delete_expired(at(1), log.log_end_offset)
            disk.run_later()


def following(disk: CrashingDisk, ledger: Ledger) -> None:
    """Copies of a leader and cuts; `written` has what must be there, `pending` what may."""
    log = a_log(disk, **SMALL)
    for epoch, (count, cut) in enumerate([(6, 6), (5, 3), (4, 2), (3, 7)]):
        for _ in range(count):
            offset = log.log_end_offset
            value = b"e%d.%d" % (epoch, offset) * 6
            batch = build_batch(
                [Record(offset, START_MS, None, value)], base_offset=offset, leader_epoch=epoch
            )
            ledger.pending = {offset: value}
            log.append_as_follower(batch, LeaderEpoch(epoch), at())
            ledger.written[offset] = value
            ledger.pending, ledger.end = {}, log.log_end_offset
        sync(disk, log, ledger)
        assert log.recovery_point == log.log_end_offset
        ledger.ghosts = {offset: value for offset, value in ledger.written.items() if offset >= cut}
        ledger.written = {offset: value for offset, value in ledger.written.items() if offset < cut}
        ledger.flushed = min(ledger.flushed, cut)
        log.truncate_to(Offset(cut), at())
        ledger.pending, ledger.end = {}, log.log_end_offset
    ledger.ghosts |= ledger.written
    ledger.written, ledger.flushed = {}, 0
    log.truncate_fully_and_start_at(Offset(40), at())
    ledger.log_start = 40
    for base in (40, 41):
        value = b"anew%d" % base
        batch = build_batch([Record(base, START_MS, None, value)], base_offset=base, leader_epoch=9)
        ledger.pending = {base: value}
        log.append_as_follower(batch, LeaderEpoch(9), at())
        ledger.written[base], ledger.pending = value, {}
    sync(disk, log, ledger)
    disk.open(f"{log.directory}/one more chance to stop")


def none(changes: Sequence[Change]) -> Sequence[Change]:
    return ()


def every(changes: Sequence[Change]) -> Sequence[Change]:
    return changes


def torn(changes: Sequence[Change]) -> Sequence[Change]:
    """The last one reached the medium in part."""
    if not changes or changes[-1][1] is None:
        return changes
    position, data = changes[-1]
    assert data is not None
    return [*changes[:-1], (position, data[: len(data) * 2 // 3])]


def overtaken(changes: Sequence[Change]) -> Sequence[Change]:
    """Later writes reached the medium before earlier ones."""
    return changes[1:]


def chance(changes: Sequence[Change]) -> Sequence[Change]:
    random = Random(len(changes))
    return [change for change in changes if random.random() < 0.6]


POWER_CUTS: list[Survivors] = [none, every, torn, overtaken, chance]
History = Callable[[CrashingDisk, Ledger], None]


def crashed(history: History, crash_at: int) -> tuple[CrashingDisk, Ledger, bool]:
    """The disk and the ledger when the node stopped, and whether it did."""
    disk, ledger = CrashingDisk(crash_at), Ledger()
    try:
        history(disk, ledger)
    except Crash:
        return disk, ledger, True
    return disk, ledger, False


def restart(disk: CrashingDisk, ledger: Ledger, config: dict[str, Any]) -> PartitionLog:
    """Recover twice: the second time finds everything in order."""
    where: dict[str, Any] = {
        "log_start": ledger.log_start,
        "recovery_point": ledger.flushed,
        "now": at(5_001),
    }
    opened(disk, **where, **config)
    disk.run_later()
    once = {path: bytes(data) for path, data in disk.files.items()}
    log, facts = opened(disk, **where, **config)
    assert not [fact for fact in facts if type(fact).__name__ == "TruncatedSegment"]
    assert {path: bytes(data) for path, data in disk.files.items()} == once
    check_indexes(disk, log, config)
    return log


def check_indexes(disk: CrashingDisk, log: PartitionLog, config: dict[str, Any]) -> None:
    """What is in the index files is what reading the whole log anew gives."""
    found = {path: bytes(data) for path, data in disk.files.items() if path.endswith(("index", ".snapshot"))}
    fresh = CrashingDisk()
    fresh.files = {
        path: bytearray(data)
        for path, data in disk.files.items()
        if path.endswith((".log", "leader-epoch-checkpoint"))
    }
    again, _ = opened(fresh, log_start=log.log_start_offset, now=at(5_001), **config)
    assert [e.start_offset for e in again.epochs.entries()] == [e.start_offset for e in log.epochs.entries()]
    for path, data in found.items():
        if path.endswith((".index", ".timeindex")):
            assert bytes(fresh.files[path]) == data, path
    assert [s.transactions.entries for s in again.segments] == [s.transactions.entries for s in log.segments]


def steps_of(history: History) -> int:
    disk = CrashingDisk()
    history(disk, Ledger())
    return disk.changes_made


def check_prefix(log: PartitionLog, ledger: Ledger, at_least: int) -> None:
    """The log holds all data records below its end, and its end is not below `at_least`."""
    assert log.log_end_offset >= at_least
    may = [ledger.written, ledger.pending, ledger.ghosts]
    found = {record.offset: record.value for record in contents(log)}
    must = {offset for offset in ledger.written if log.log_start_offset <= offset < log.log_end_offset}
    assert must <= set(found)
    for offset, value in found.items():
        assert value in [values[offset] for values in may if offset in values]


@pytest.mark.parametrize("history", [producing, following])
def test_a_kill_loses_nothing(history: History) -> None:
    for crash_at in range(1, steps_of(history) + 1):
        disk, ledger, stopped = crashed(history, crash_at)
        assert stopped
        disk.revive()
        check_prefix(restart(disk, ledger, SMALL), ledger, ledger.end if history is producing else 0)


@pytest.mark.parametrize("survivors", POWER_CUTS)
@pytest.mark.parametrize("history", [producing, following])
def test_a_power_cut_loses_nothing_below_the_recovery_point(history: History, survivors: Survivors) -> None:
    for crash_at in range(1, steps_of(history) + 1):
        disk, ledger, _ = crashed(history, crash_at)
        disk.cut_power(survivors)
        check_prefix(restart(disk, ledger, SMALL), ledger, ledger.flushed)


def table(ledger: Ledger, end: int) -> dict[bytes, bytes]:
    """The latest value of each key below `end`."""
    everything = ledger.written | ledger.pending
    state: dict[bytes, bytes] = {}
    for offset in sorted(offset for offset in everything if offset < end):
        value = everything[offset]
        if value is None:
            state.pop(ledger.keys[offset], None)
        else:
            state[ledger.keys[offset]] = value
    return state


def state_of(log: PartitionLog) -> dict[bytes, bytes]:
    state: dict[bytes, bytes] = {}
    for record in contents(log):
        assert record.key is not None
        if record.value is None:
            state.pop(record.key, None)
        else:
            state[record.key] = record.value
    return state


@pytest.mark.parametrize("survivors", [None, *POWER_CUTS])
def test_a_crash_in_the_middle_of_compaction_changes_no_state(survivors: Survivors | None) -> None:
    for crash_at in range(1, steps_of(compacting) + 1):
        disk, ledger, _ = crashed(compacting, crash_at)
        if survivors is None:
            disk.revive()
        else:
            disk.cut_power(survivors)
        log = restart(disk, ledger, COMPACT)
        assert log.log_end_offset >= (ledger.end if survivors is None else ledger.flushed)
        assert state_of(log) == table(ledger, log.log_end_offset)
        names = disk.list(log.directory)
        assert not [name for name in names if name.endswith((".cleaned", ".swap"))]


def test_a_full_disk_leaves_a_log_that_goes_on() -> None:
    """Half of a batch is written, then there is room again (F5)."""
    disk = CrashingDisk()
    log = a_log(disk)
    put(log, a_batch(b"a"))
    disk.crash_at = disk.changes_made + 1
    with pytest.raises(Crash):
        put(log, a_batch(b"lost" * 10))
    disk.crash_at = None
    put(log, a_batch(b"b"))
    assert [record.value for record in contents(log)] == [b"a", b"b"]
    again, _ = opened(disk)
    assert [record.value for record in contents(again)] == [b"a", b"b"]
