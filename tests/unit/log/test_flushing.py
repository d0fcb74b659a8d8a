"""Syncs: shared, in order, never tried again after a failure."""

from functools import partial

import pytest
from tests.unit.log.a_log import a_batch, a_log, at, put
from tests.unit.log.memory_disk import MemoryDisk

from ottla.model.ids import Offset

FAILURE = OSError(5, "input/output error")


def test_the_recovery_point_moves_when_a_sync_is_done() -> None:
    disk, done = MemoryDisk(), list[object]()
    log = a_log(disk)
    put(log, a_batch(b"a", b"b"))
    log.sync_later(done.append)
    put(log, a_batch(b"c"))
    assert log.recovery_point == 0
    disk.run_later()
    assert (log.recovery_point, done) == (2, [None])


def test_what_is_synced_already_is_answered_at_once() -> None:
    disk, done = MemoryDisk(), list[object]()
    log = a_log(disk)
    log.sync_later(done.append)
    assert done == [None]


def test_who_asks_during_a_sync_waits_for_the_next_and_shares_it() -> None:
    disk, done = MemoryDisk(), list[str]()
    log = a_log(disk)

    def note(name: str, error: OSError | None) -> None:
        done.append(name)

    for name in "abc":
        put(log, a_batch(b"x"))
        log.sync_later(partial(note, name))
    assert disk.syncs_under_way == 1
    disk.run_one()
    assert (done, log.recovery_point) == (["a"], 1)
    assert disk.syncs_under_way == 1
    disk.run_one()
    assert (done, log.recovery_point) == (["a", "b", "c"], 3)


def test_a_failed_sync_is_told_and_never_tried_again() -> None:
    disk, done, told = MemoryDisk(), list[object](), list[OSError]()
    log = a_log(disk)
    log.on_disk_failure(told.append)
    put(log, a_batch(b"x"))
    log.sync_later(done.append)
    log.sync_later(done.append)
    disk.sync_error = FAILURE
    disk.run_later()
    disk.sync_error = None
    log.sync_later(done.append)
    assert done == [FAILURE] * 3
    assert told == [FAILURE]
    assert (log.recovery_point, disk.syncs_under_way) == (0, 0)
    with pytest.raises(OSError, match="input/output error"):
        put(log, a_batch(b"y"))


def test_flush_messages_wants_a_sync_by_number() -> None:
    disk = MemoryDisk()
    log = a_log(disk, flush_messages=3)
    put(log, a_batch(b"a", b"b"))
    assert not log.must_flush
    put(log, a_batch(b"c"))
    assert log.must_flush
    log.sync_later(lambda error: None)
    disk.run_later()
    assert not log.must_flush


def test_flush_ms_syncs_by_time() -> None:
    disk = MemoryDisk()
    log = a_log(disk, flush_ms=1_000)
    put(log, a_batch(b"a"))
    log.flush_if_due(at(999))
    assert disk.syncs_under_way == 0
    log.flush_if_due(at(1_000))
    disk.run_later()
    assert log.recovery_point == 1
    put(log, a_batch(b"b"))
    log.flush_if_due(at(1_999))
    assert disk.syncs_under_way == 0


def test_a_roll_syncs_what_lies_before() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=200)
    for _ in range(3):
        put(log, a_batch(b"x" * 80))
    disk.run_later()
    assert log.recovery_point == 2
    assert {path.rpartition("/")[2][20:] for path in disk.synced} >= {
        ".log",
        ".index",
        ".timeindex",
        ".snapshot",
    }


def test_a_cut_during_a_sync_makes_it_worth_nothing() -> None:
    disk, done = MemoryDisk(), list[object]()
    log = a_log(disk)
    for _ in range(3):
        put(log, a_batch(b"x"))
    log.sync_later(done.append)
    log.truncate_to(Offset(1), at())
    put(log, a_batch(b"other"))
    disk.run_one()
    assert log.recovery_point <= 1
    disk.run_later()
    assert done == [None]
    log.sync_later(done.append)
    disk.run_later()
    assert (log.recovery_point, done) == (2, [None, None])


def test_the_names_are_synced_before_the_recovery_point_moves() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put(log, a_batch(b"x"))
    log.sync_later(lambda error: None)
    assert disk.synced_dirs == []
    disk.run_later()
    assert disk.synced_dirs == ["/data/orders-0", "/data"]


def test_a_log_deleted_during_a_sync_is_no_failure_of_the_disk() -> None:
    disk, done, told = MemoryDisk(), list[object](), list[OSError]()
    log = a_log(disk)
    log.on_disk_failure(told.append)
    put(log, a_batch(b"x"))
    log.sync_later(done.append)
    log.rename_for_deletion(at())
    disk.run_later()
    assert told == []
    assert [type(error) for error in done] == [FileNotFoundError]


def test_a_log_whose_sync_failed_is_not_closed_as_if_nothing_had_been() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put(log, a_batch(b"x"))
    disk.sync_error = FAILURE
    log.sync_later(lambda error: None)
    disk.run_later()
    with pytest.raises(OSError, match="input/output error"):
        log.close(at())


def test_a_log_begun_anew_syncs_the_name_of_its_first_file() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    log.truncate_fully_and_start_at(Offset(9), at())
    log.sync_later(lambda error: None)
    disk.run_later()
    disk.synced_dirs.clear()
    log.truncate_fully_and_start_at(Offset(19), at())
    put(log, a_batch(b"x"))
    log.sync_later(lambda error: None)
    disk.run_later()
    assert log.directory in disk.synced_dirs
