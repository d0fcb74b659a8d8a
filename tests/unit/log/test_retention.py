"""Rolling and retention: what goes, when, and what never goes."""

from typing import Any

from tests.unit.log.a_log import FOLDER, a_batch, a_log, an_idempotent_batch, at, opened, put, values
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.partition_log import PartitionLog
from ottla.log.retention import Deletion, Reason
from ottla.model.ids import Offset


def of_segments(count: int, disk: MemoryDisk | None = None, **config: Any) -> PartitionLog:
    """One record in each segment, a second apart, and the active one empty."""
    log = a_log(disk, **config)
    for number in range(count):
        put(log, a_batch(b"x" * 50, ms=1_000 * number), at(1_000 * number))
        log.roll(at(1_000 * number))
    return log


def gone(log: PartitionLog, ms: int, high_watermark: int | None = None) -> list[Deletion]:
    end = log.log_end_offset if high_watermark is None else Offset(high_watermark)
    return log.delete_expired(at(ms), end)


def test_a_full_segment_is_rolled() -> None:
    log = a_log(segment_bytes=300)
    for _ in range(5):
        put(log, a_batch(b"x" * 50))
    assert log.segments.base_offsets == [0, 2, 4]


def test_a_segment_is_rolled_when_its_records_span_too_much_time() -> None:
    log = a_log(segment_ms=1_000)
    for ms in (0, 1_000, 1_001, 1_500):
        put(log, a_batch(b"x", ms=ms), at(5_000))
    assert log.segments.base_offsets == [0, 2]


def test_jitter_rolls_earlier() -> None:
    log = a_log(segment_ms=1_000, segment_jitter_ms=900)
    assert 0 < log.segments.active.jitter_ms < 900
    put(log, a_batch(b"x"))
    put(log, a_batch(b"x", ms=1_000 - log.segments.active.jitter_ms + 1))
    assert len(log.segments) == 2


def test_a_full_index_rolls() -> None:
    log = a_log(segment_index_bytes=36, index_interval_bytes=1)
    for ms in range(5):
        put(log, a_batch(b"x", ms=ms))
    assert len(log.segments) > 1


def test_a_compacted_topic_rolls_so_that_its_lag_can_be_kept() -> None:
    log = a_log(cleanup_policy=frozenset({"compact"}), max_compaction_lag_ms=500)
    put(log, a_batch(b"x", key=b"k"))
    put(log, a_batch(b"x", key=b"k", ms=501))
    assert len(log.segments) == 2


def test_rolling_an_empty_segment_does_nothing() -> None:
    log = a_log()
    assert log.roll(at()) is log.segments.active
    assert len(log.segments) == 1


def test_old_segments_go() -> None:
    log = of_segments(5, retention_ms=2_500)
    assert gone(log, 4_000) == [Deletion(Reason.RETENTION_MS, [0, 1])]
    assert log.log_start_offset == 2
    assert len(values(log)) == 3


def test_retention_forever_keeps_everything() -> None:
    log = of_segments(3, retention_ms=-1)
    assert gone(log, 1 << 40) == []


def test_the_active_segment_goes_too_when_all_of_it_is_old() -> None:
    log = a_log(retention_ms=1_000)
    put(log, a_batch(b"x"))
    assert gone(log, 1_001) == [Deletion(Reason.RETENTION_MS, [0])]
    assert (log.log_start_offset, log.log_end_offset, log.size) == (1, 1, 0)
    assert gone(log, 9_000) == []
    put(log, a_batch(b"y"))
    assert values(log) == [b"y"]


def test_a_log_that_is_too_large_loses_its_oldest() -> None:
    log = of_segments(5, retention_ms=-1)
    size = log.size // 5
    log.update_config(a_log(retention_ms=-1, retention_bytes=3 * size).config)
    assert gone(log, 0) == [Deletion(Reason.RETENTION_BYTES, [0, 1])]
    assert log.size == 3 * size


def test_what_is_not_committed_stays() -> None:
    log = of_segments(5, retention_ms=0)
    assert gone(log, 60_000, high_watermark=3) == [Deletion(Reason.RETENTION_MS, [0, 1, 2])]


def test_deleted_records_take_their_segments_along() -> None:
    log = of_segments(4, cleanup_policy=frozenset())
    log.advance_log_start(Offset(2))
    assert gone(log, 1 << 40) == [Deletion(Reason.LOG_START, [0, 1])]
    assert log.log_start_offset == 2


def test_the_metadata_log_deletes_before_its_start_alone() -> None:
    log = of_segments(4, retention_ms=0)
    log.advance_log_start(Offset(3))
    assert log.delete_before_log_start(at(1 << 40)) == [Deletion(Reason.LOG_START, [0, 1, 2])]


def test_a_compacted_topic_keeps_old_segments() -> None:
    log = a_log(cleanup_policy=frozenset({"compact"}), retention_ms=0)
    put(log, a_batch(b"x", key=b"k"))
    log.roll(at())
    assert gone(log, 1 << 40) == []


def test_deleted_bytes_can_be_read_until_the_delay_is_over() -> None:
    disk = MemoryDisk()
    log = of_segments(2, disk, retention_ms=10, file_delete_delay_ms=5_000)
    piece = log.read(Offset(0), 1_000, end_offset=Offset(2), min_one_message=True)
    before = piece.file.read(piece.position, piece.length)
    gone(log, 60_000)
    disk.run_later()
    assert piece.file.read(piece.position, piece.length) == before
    assert any(name.endswith(".deleted") for name in disk.list(FOLDER))
    gone(log, 65_000)
    disk.run_later()
    assert not any(name.endswith(".deleted") for name in disk.list(FOLDER))


def test_snapshots_go_with_their_segments() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=200, retention_ms=1_000)
    for sequence in range(6):
        put(log, an_idempotent_batch(b"x" * 60, sequence=sequence))
    gone(log, 2_000, high_watermark=4)
    names = disk.list(FOLDER)
    bases = {name[:20] for name in names if name.endswith(".log")}
    assert {name[:20] for name in names if name.endswith(".snapshot")} == bases


def test_producers_outlive_their_records() -> None:
    log = a_log(segment_bytes=200, retention_ms=1_000)
    for sequence in range(4):
        put(log, an_idempotent_batch(b"x" * 60, sequence=sequence))
    gone(log, 2_000)
    assert put(log, an_idempotent_batch(b"x" * 60, sequence=3)).duplicate


def test_epochs_begin_where_the_log_does() -> None:
    log = a_log(retention_ms=1_000)
    for epoch in (1, 2, 3):
        put(log, a_batch(b"x"), epoch=epoch)
        log.roll(at())
    gone(log, 2_000, high_watermark=1)
    assert log.epochs.entries() == [(2, 1), (3, 2)]


def test_a_log_deleted_up_to_its_end_begins_there_after_a_restart() -> None:
    disk = MemoryDisk()
    log = a_log(disk, retention_ms=1_000)
    put(log, a_batch(b"x"))
    gone(log, 2_000)
    log.close(at(2_000))
    again, _ = opened(disk, clean=True, log_start=1)
    assert (again.log_start_offset, again.log_end_offset) == (1, 1)


def test_a_folder_is_renamed_for_its_deletion() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put(log, a_batch(b"x"))
    path = log.rename_for_deletion(at())
    assert path.startswith("/data/orders-0.")
    assert path.endswith("-delete")
    assert disk.exists(f"{path}/00000000000000000000.log")
    assert not disk.exists(FOLDER)
