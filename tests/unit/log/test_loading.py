"""Opening a log after a clean stop and after a crash."""

from typing import Any
from zlib import crc32

import pytest
from tests.unit.log.a_log import (
    FOLDER,
    NAME,
    a_batch,
    a_log,
    a_transactional_batch,
    an_idempotent_batch,
    at,
    contents,
    headers,
    opened,
    put,
    put_each,
    put_marker,
    read_all,
    values,
)
from tests.unit.log.memory_disk import CountingEntropy, MemoryDisk

from ottla.log.config import LogConfig
from ottla.log.loading import (
    DeletedAllSegments,
    RebuiltIndexes,
    RecoveringSegment,
    TruncatedSegment,
    open_log,
)
from ottla.log.partition_log import PartitionLog
from ottla.model.ids import Offset
from ottla.records.batch import seal, set_leader_epoch
from ottla.records.invalid_record import UnsupportedBatchFormat

SMALL: dict[str, Any] = {"segment_bytes": 400, "index_interval_bytes": 100}
DAY_MS = 24 * 60 * 60 * 1000


def a_history(disk: MemoryDisk) -> PartitionLog:
    """Plain, idempotent and transactional records over several segments and epochs."""
    log = a_log(disk, **SMALL)
    for sequence in range(6):
        put(log, an_idempotent_batch(b"i%d" % sequence, sequence=sequence, producer=1), epoch=sequence // 3)
        put(log, a_batch(b"p" * 40, ms=sequence), epoch=sequence // 3)
    put(log, a_transactional_batch(b"t0", b"t1", producer=2), epoch=2)
    put_marker(log, producer=2, committed=False, leader_epoch=2)
    put(log, a_transactional_batch(b"open", producer=3), epoch=3)
    put(log, a_batch(b"q" * 40, ms=50), epoch=3)
    return log


def everything(log: PartitionLog) -> object:
    """What must be the same after a restart."""
    end = log.log_end_offset
    return (
        log.log_start_offset,
        end,
        read_all(log),
        log.epochs.entries(),
        [entry._replace(batches=entry.batches[-1:]) for entry in sorted(log.producers())],
        log.last_stable_offset(end),
        log.aborted_transactions(Offset(0), end),
        [
            (s.base_offset, s.size, s.index.entries, [s.time_index[n] for n in range(len(s.time_index))])
            for s in log.segments
            if s is not log.segments.active
        ],
    )


def files(disk: MemoryDisk) -> dict[str, bytes]:
    return {path: bytes(data) for path, data in disk.files.items()}


def test_a_log_is_the_same_after_a_clean_stop() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    before = everything(log)
    log.close(at())
    again, facts = opened(disk, clean=True, recovery_point=log.recovery_point, **SMALL)
    assert facts == []
    assert everything(again) == before
    assert again.recovery_point == again.log_end_offset


def test_a_log_is_the_same_after_a_kill() -> None:
    disk = MemoryDisk()
    before = everything(a_history(disk))
    again, facts = opened(disk, **SMALL)
    assert [type(fact) for fact in facts] == [RecoveringSegment] * len(again.segments)
    assert everything(again) == before
    assert again.recovery_point == 0


def test_recovery_changes_nothing_the_second_time() -> None:
    disk = MemoryDisk()
    a_history(disk)
    opened(disk, **SMALL)
    once = files(disk)
    opened(disk, **SMALL)
    assert files(disk) == once


def test_recovery_begins_in_the_recovery_point_s_segment() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    bases = log.segments.base_offsets
    _, facts = opened(disk, recovery_point=bases[-2] + 1, **SMALL)
    assert [fact.base_offset for fact in facts if isinstance(fact, RecoveringSegment)] == bases[-2:]


def test_a_torn_tail_is_cut_off() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put_each(log, [b"a", b"b", b"c"])
    path = f"{FOLDER}/00000000000000000000.log"
    size = log.size
    del disk.files[path][-5:]
    again, facts = opened(disk)
    assert facts[-1] == TruncatedSegment(0, size // 3 - 5, 2)
    assert values(again) == [b"a", b"b"]
    assert len(disk.files[path]) == size // 3 * 2
    put(again, a_batch(b"d"))
    assert values(again) == [b"a", b"b", b"d"]


@pytest.mark.parametrize("rest", [b"\0" * 100, b"\0", b"garbage" * 20, b"\xff" * 61])
def test_zeros_and_garbage_behind_the_end_are_cut_off(rest: bytes) -> None:
    disk = MemoryDisk()
    put_each(a_log(disk), [b"a", b"b"])
    disk.files[f"{FOLDER}/00000000000000000000.log"] += rest
    again, _ = opened(disk)
    assert values(again) == [b"a", b"b"]
    assert again.log_end_offset == 2


def test_a_flipped_bit_ends_the_log_and_later_segments_go() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=160)
    put_each(log, [b"%d" % n * 50 for n in range(5)])
    disk.files[f"{FOLDER}/00000000000000000002.log"][100] ^= 1
    again, facts = opened(disk, segment_bytes=160)
    assert isinstance(facts[-1], TruncatedSegment)
    assert again.log_end_offset == 2
    assert len(contents(again)) == 2
    assert again.segments.base_offsets == [0, 1, 2]


def test_epochs_behind_the_cut_go() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put(log, a_batch(b"a"), epoch=1)
    put(log, a_batch(b"b"), epoch=2)
    del disk.files[f"{FOLDER}/00000000000000000000.log"][-5:]
    again, _ = opened(disk)
    assert again.epochs.entries() == [(1, 0)]


def test_epochs_are_found_again_when_their_file_is_lost() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    epochs = log.epochs.entries()
    disk.remove(f"{FOLDER}/leader-epoch-checkpoint")
    again, _ = opened(disk, **SMALL)
    assert again.epochs.entries() == epochs


def test_lost_and_damaged_indexes_are_rebuilt_even_after_a_clean_stop() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    before = everything(log)
    log.close(at())
    saved = files(disk)
    bases = log.segments.base_offsets
    disk.remove(f"{FOLDER}/{bases[0]:020d}.index")
    disk.remove(f"{FOLDER}/{bases[1]:020d}.timeindex")
    aborted = next(path for path in disk.files if path.endswith(".txnindex"))
    disk.files[aborted] += b"half"
    again, facts = opened(disk, clean=True, **SMALL)
    assert [fact.base_offset for fact in facts if isinstance(fact, RebuiltIndexes)] == [
        bases[0],
        bases[1],
        int(aborted[-29:-9]),
    ]
    assert everything(again) == before
    again.close(at())
    assert {path: data for path, data in files(disk).items() if "index" in path} == {
        path: data for path, data in saved.items() if "index" in path
    }


def test_an_index_without_a_log_goes() -> None:
    disk = MemoryDisk()
    a_log(disk).close(at())
    disk.open(f"{FOLDER}/00000000000000000050.index")
    opened(disk, clean=True)
    assert not disk.exists(f"{FOLDER}/00000000000000000050.index")


def test_an_empty_folder_becomes_an_empty_log() -> None:
    log, _ = opened(MemoryDisk(), log_start=40)
    assert (log.log_start_offset, log.log_end_offset) == (40, 40)
    put(log, a_batch(b"a"))
    assert [record.offset for record in contents(log)] == [40]


def test_a_log_that_lost_its_files_begins_at_its_checkpointed_start() -> None:
    disk = MemoryDisk()
    put_each(a_log(disk), [b"a", b"b"])
    log, facts = opened(disk, log_start=10)
    assert facts[-1] == DeletedAllSegments(2, 10)
    assert (log.log_start_offset, log.log_end_offset) == (10, 10)
    assert log.epochs.entries() == []


def test_the_checkpointed_start_holds() -> None:
    disk = MemoryDisk()
    put_each(a_log(disk), [b"a", b"b", b"c"])
    log, _ = opened(disk, log_start=2)
    assert values(log) == [b"c"]
    assert log.epochs.entries() == [(0, 2)]


def test_a_damaged_snapshot_is_passed_over() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    before = everything(log)
    log.close(at())
    newest = max(path for path in disk.files if path.endswith(".snapshot"))
    disk.files[newest][-1] ^= 1
    again, _ = opened(disk, clean=True, **SMALL)
    assert everything(again) == before


def test_snapshots_without_segments_go_but_the_last_of_a_clean_stop_stays() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    log.close(at())
    end = log.log_end_offset
    stray = f"{FOLDER}/{log.segments.base_offsets[1] + 1:020d}.snapshot"
    disk.replace(stray, disk.read_all(f"{FOLDER}/{end:020d}.snapshot"))
    opened(disk, clean=True, **SMALL)
    assert not disk.exists(stray)
    assert disk.exists(f"{FOLDER}/{end:020d}.snapshot")


def test_expired_producers_are_not_loaded() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put(log, an_idempotent_batch(b"a", sequence=0))
    log.close(at())
    again, _ = opened(disk, clean=True, now=at(DAY_MS))
    assert again.producers() == []


def test_a_repeat_is_recognised_after_a_restart() -> None:
    disk = MemoryDisk()
    put(a_log(disk), an_idempotent_batch(b"a", b"b", sequence=0))
    log, _ = opened(disk)
    assert put(log, an_idempotent_batch(b"a", b"b", sequence=0)).duplicate
    put(log, an_idempotent_batch(b"c", sequence=2))


def test_an_old_format_stops_the_start_instead_of_being_cut_off() -> None:
    disk = MemoryDisk()
    put_each(a_log(disk), [b"a"])
    data = disk.files[f"{FOLDER}/00000000000000000000.log"]
    data[16] = 1
    data[12:16] = crc32(data[16:]).to_bytes(4, "big")
    with pytest.raises(UnsupportedBatchFormat):
        opened(disk)


def test_a_torn_header_that_looks_like_an_old_format_is_cut_off() -> None:
    disk = MemoryDisk()
    put_each(a_log(disk), [b"a"])
    disk.files[f"{FOLDER}/00000000000000000000.log"][16:] = bytes(
        len(disk.files[f"{FOLDER}/00000000000000000000.log"]) - 16
    )
    again, _ = opened(disk)
    assert again.log_end_offset == 0


def test_offsets_that_fall_end_the_log() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put_each(log, [b"a", b"b"])
    data = disk.files[f"{FOLDER}/00000000000000000000.log"]
    half = len(data) // 2
    data[half : half + 8] = bytes(8)
    seal(data, half, half)
    again, _ = opened(disk)
    assert (again.log_end_offset, again.size) == (1, half)


def test_records_of_an_older_epoch_behind_newer_ones_are_a_cut_that_was_lost() -> None:
    disk = MemoryDisk()
    log = a_log(disk)
    put_each(log, [b"a", b"b", b"c"])
    data = disk.files[f"{FOLDER}/00000000000000000000.log"]
    third = len(data) // 3
    # The second batch was cut off and written again by the leader of a later epoch; the third came back.
    set_leader_epoch(data, 4, third)
    again, _ = opened(disk)
    assert (again.log_end_offset, again.size) == (2, 2 * third)
    assert again.epochs.entries() == [(0, 0), (4, 1)]


def test_a_preallocated_file_is_read_to_its_true_end() -> None:
    disk = MemoryDisk()
    log = a_log(disk, preallocate=True, segment_bytes=1_000)
    put_each(log, [b"a", b"b"])
    path = f"{FOLDER}/00000000000000000000.log"
    assert len(disk.files[path]) == 1_000
    again, _ = opened(disk, preallocate=True, segment_bytes=1_000)
    assert values(again) == [b"a", b"b"]
    log.close(at())
    assert len(disk.files[path]) == log.size


def test_the_index_of_a_killed_kafka_is_larger_than_its_entries() -> None:
    """A live Kafka maps its indexes at full size: what is not used is zeros."""
    disk = MemoryDisk()
    log = a_history(disk)
    log.close(at())
    before = files(disk)
    for path in disk.files:
        if path.endswith((".index", ".timeindex")):
            disk.files[path].extend(bytes(4_800 - len(disk.files[path]) // 24 * 24))
            del disk.files[path][4_800:]
    again, _ = opened(disk, **SMALL)
    assert everything(again) == everything(log)
    again.close(at())
    active = f"{again.segments.active.base_offset:020d}"
    assert all(files(disk)[path] == data for path, data in before.items() if active in path)


def test_loading_goes_in_short_steps() -> None:
    disk = MemoryDisk()
    put_each(a_log(disk), [b"x"] * 2_500)
    opening = open_log(disk, FOLDER, NAME, LogConfig(), entropy=CountingEntropy(), now=at(), clean=False)
    assert list(opening).count(None) >= 2


def test_headers_of_loaded_logs_are_those_written() -> None:
    disk = MemoryDisk()
    log = a_history(disk)
    again, _ = opened(disk, **SMALL)
    assert headers(again) == headers(log)


def test_a_log_that_is_there_is_not_created_again() -> None:
    disk = MemoryDisk()
    a_log(disk)
    with pytest.raises(AssertionError, match="a log is created once"):
        a_log(disk)
