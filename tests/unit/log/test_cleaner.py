"""Compaction: the last record of every key stays, offsets stay, nothing undecided is touched (I19)."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.a_log import (
    FOLDER,
    START_MS,
    a_log,
    at,
    contents,
    headers,
    opened,
    put,
    put_marker,
    read_all,
    run,
)
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.cleanable import cleanable
from ottla.log.cleaner import Cleaned, CleaningAborted, clean
from ottla.log.offset_map import OffsetMap
from ottla.log.partition_log import PartitionLog
from ottla.model.ids import Offset
from ottla.records.batch import LOG_APPEND_TIME
from ottla.records.compression import Codec
from ottla.records.invalid_record import CorruptBatch
from ottla.records.records import Record, build_batch

COMPACT: dict[str, Any] = {"cleanup_policy": frozenset({"compact"}), "index_interval_bytes": 100}
HOUR_MS = 60 * 60 * 1000
Pair = tuple[bytes, bytes | None]


def put_pairs(log: PartitionLog, *pairs: Pair, ms: int = 0, **more: Any) -> None:
    """One batch of keys and values."""
    content = [Record(i, START_MS + ms, key, value) for i, (key, value) in enumerate(pairs)]
    put(log, build_batch(content, **more), at(ms))


def compact(
    log: PartitionLog, since: int = 0, ms: int = 0, high_watermark: int | None = None, memory: int = 1 << 20
) -> Cleaned:
    """One round over everything but the active segment."""
    end = log.log_end_offset if high_watermark is None else Offset(high_watermark)
    result, synced = run(clean(cleanable(log, since, end, at(ms)), OffsetMap(memory), at(ms)))
    assert synced, "new files are synced before they take the place of others"
    return result


def kept(log: PartitionLog) -> list[tuple[int, bytes | None, bytes | None]]:
    return [(record.offset, record.key, record.value) for record in contents(log)]


def rolled(log: PartitionLog) -> PartitionLog:
    log.roll(at())
    return log


def test_the_last_record_of_every_key_stays() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"), (b"b", b"1"))
    put_pairs(log, (b"a", b"2"), (b"c", b"1"))
    result = compact(rolled(log))
    assert kept(log) == [(1, b"b", b"1"), (2, b"a", b"2"), (3, b"c", b"1")]
    assert (result.start_offset, result.end_offset) == (0, 4)
    assert (result.records_read, result.records_written) == (4, 3)


def test_the_active_segment_is_not_touched() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"))
    rolled(log)
    put_pairs(log, (b"a", b"2"))
    compact(log)
    assert kept(log) == [(0, b"a", b"1"), (1, b"a", b"2")]


def test_a_batch_that_keeps_all_its_records_keeps_its_bytes() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"), (b"b", b"2"), compression=Codec.ZSTD)
    before = read_all(rolled(log))
    compact(log)
    assert read_all(log) == before


@pytest.mark.parametrize("codec", Codec)
def test_a_thinned_batch_keeps_offsets_codec_epoch_and_times(codec: Codec) -> None:
    log = a_log(**COMPACT)
    content = [Record(i, START_MS + i, b"k%d" % (i % 2), b"v%d" % i, ((f"h{i}", b"x"),)) for i in range(5)]
    put(log, build_batch(content, compression=codec), epoch=7)
    compact(rolled(log))
    assert contents(log) == [content[3], content[4]]
    (header,) = headers(log)
    assert (header.base_offset, header.last_offset) == (0, 4)
    assert (header.compression, header.leader_epoch) == (codec, 7)


def test_log_append_time_survives() -> None:
    log = a_log(message_timestamp_type=LOG_APPEND_TIME, **COMPACT)
    put_pairs(log, (b"a", b"1"), (b"a", b"2"))
    compact(rolled(log))
    (header,) = headers(log)
    assert (header.timestamp_type, header.max_timestamp) == (LOG_APPEND_TIME, START_MS)


def test_a_tombstone_stays_for_its_retention_and_then_goes() -> None:
    log = a_log(delete_retention_ms=HOUR_MS, **COMPACT)
    put_pairs(log, (b"a", b"1"))
    put_pairs(log, (b"a", None))
    put_pairs(log, (b"z", b"end"))
    compact(rolled(log), ms=100)
    assert kept(log) == [(1, b"a", None), (2, b"z", b"end")]
    assert headers(log)[0].delete_horizon == START_MS + 100 + HOUR_MS
    assert contents(log)[0].timestamp == START_MS, "its own time is not touched"
    compact(log, since=3, ms=100 + HOUR_MS - 1)
    put_pairs(log, (b"y", b"1"))
    compact(rolled(log), since=3, ms=100 + HOUR_MS - 1)
    assert kept(log)[0] == (1, b"a", None)
    put_pairs(log, (b"x", b"1"))
    compact(rolled(log), since=4, ms=100 + HOUR_MS)
    assert kept(log)[0] == (2, b"z", b"end")


def test_a_horizon_is_set_once() -> None:
    log = a_log(delete_retention_ms=HOUR_MS, **COMPACT)
    put_pairs(log, (b"a", None), (b"b", b"1"))
    compact(rolled(log), ms=100)
    put_pairs(log, (b"b", b"2"))
    compact(rolled(log), since=2, ms=5_000)
    (header, _) = headers(log)
    assert header.delete_horizon == START_MS + 100 + HOUR_MS
    assert kept(log) == [(0, b"a", None), (2, b"b", b"2")]


def test_the_last_batch_of_a_round_stays_without_records_so_that_its_offset_is_known() -> None:
    log = a_log(delete_retention_ms=0, **COMPACT)
    put_pairs(log, (b"a", b"1"))
    put_pairs(log, (b"a", None))
    compact(rolled(log), ms=1)
    put_pairs(log, (b"b", b"1"))
    compact(rolled(log), since=2, ms=10)
    assert [h.record_count for h in headers(log)] == [1]
    log = a_log(delete_retention_ms=0, **COMPACT)
    put_pairs(log, (b"a", None))
    compact(rolled(log), ms=1)
    compact(log, since=0, ms=2)
    (header,) = headers(log)
    assert (header.record_count, header.last_offset) == (0, 0)


def test_the_last_batch_of_a_round_stays_beside_others_too() -> None:
    log = a_log(delete_retention_ms=0, **COMPACT)
    put_pairs(log, (b"a", b"1"))
    put_pairs(log, (b"b", None))
    compact(rolled(log), ms=1)
    compact(log, since=0, ms=2)
    assert [(h.last_offset, h.record_count) for h in headers(log)] == [(0, 1), (1, 0)]


def test_an_active_producer_s_last_batch_stays_without_records() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"), producer_id=5, producer_epoch=1, base_sequence=0)
    put_pairs(log, (b"a", b"2"), producer_id=5, producer_epoch=1, base_sequence=1)
    put_pairs(log, (b"a", b"3"))
    compact(rolled(log))
    assert kept(log) == [(2, b"a", b"3")]
    assert [(h.last_offset, h.record_count, h.last_sequence) for h in headers(log)] == [(1, 0, 1), (2, 1, -1)]


def test_records_without_a_key_go_and_are_counted() -> None:
    log = a_log(index_interval_bytes=100)
    put(log, build_batch([Record(0, START_MS, None, b"x"), Record(1, START_MS, b"k", b"v")]))
    log.update_config(a_log(**COMPACT).config)
    result = compact(rolled(log))
    assert kept(log) == [(1, b"k", b"v")]
    assert result.invalid_records == 1


def test_what_is_not_committed_is_not_touched() -> None:
    log = a_log(segment_bytes=160, **COMPACT)
    for number in range(6):
        put_pairs(log, (b"a", b"%d" % number * 50))
    compact(log, high_watermark=3)
    assert [offset for offset, _, _ in kept(log)] == [2, 3, 4, 5]


def test_small_segments_become_one() -> None:
    log = a_log(segment_bytes=400, **COMPACT)
    for number in range(20):
        put_pairs(log, (b"%d" % (number % 3), b"x" * 50))
    assert len(log.segments) > 5
    before = log.size
    compact(log)
    compact(log)
    assert log.segments.base_offsets[0] == 0
    assert len(log.segments) == 3
    assert log.size < before / 2
    # The last two lie in the active segment, which supersedes nothing yet.
    assert [offset for offset, _, _ in kept(log)] == [15, 16, 17, 18, 19]


def test_a_full_map_ends_the_round_early_and_the_next_goes_on() -> None:
    log = a_log(**COMPACT)
    for number in range(12):
        put_pairs(log, (b"%d" % (number % 6), b"%d" % number))
    rolled(log)
    result = compact(log, memory=160 * 3)
    assert result.end_offset == 3
    while result.end_offset < 12:
        result = compact(log, since=result.end_offset, memory=160 * 3)
    assert [offset for offset, _, _ in kept(log)] == [6, 7, 8, 9, 10, 11]


def test_keys_of_any_length_are_told_apart() -> None:
    offsets = OffsetMap()
    keys = [b"", b"x", b"y" * 15, b"y" * 16, b"y" * 17, b"y" * 10_000]
    for offset, key in enumerate(keys):
        offsets.put(key, offset)
    assert [offsets.get(key) for key in keys] == list(range(6))
    assert offsets.get(b"z" * 16) == -1


# Transactions


def transactional(log: PartitionLog, producer: int, *pairs: Pair, sequence: int = 0) -> None:
    content = [Record(i, START_MS, key, value) for i, (key, value) in enumerate(pairs)]
    batch = build_batch(
        content, producer_id=producer, producer_epoch=0, base_sequence=sequence, transactional=True
    )
    put(log, batch)


def test_aborted_records_go_and_do_not_supersede() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"))
    transactional(log, 1, (b"a", b"2"), (b"b", b"2"))
    put_marker(log, producer=1, committed=False)
    transactional(log, 1, (b"c", b"3"), sequence=2)
    put_marker(log, producer=1, committed=True)
    compact(rolled(log))
    assert kept(log) == [(0, b"a", b"1"), (4, b"c", b"3")]


def test_an_abort_marker_stays_while_a_batch_of_its_transaction_does() -> None:
    log = a_log(delete_retention_ms=0, **COMPACT)
    transactional(log, 1, (b"a", b"1"))
    put_marker(log, producer=1, committed=False)
    put_pairs(log, (b"z", b"1"))
    compact(rolled(log), ms=1)
    # The data batch stays empty, since it is the producer's last: so does the marker, and its index entry.
    assert [(h.is_control, h.record_count) for h in headers(log)] == [(False, 0), (True, 1), (False, 1)]
    assert log.aborted_transactions(Offset(0), Offset(3)) == [(1, 0)]


def test_a_marker_goes_when_its_transaction_is_gone_and_its_horizon_over() -> None:
    log = a_log(delete_retention_ms=HOUR_MS, **COMPACT)
    transactional(log, 1, (b"a", b"1"))
    put_marker(log, producer=1, committed=True)
    transactional(log, 1, (b"a", b"2"), sequence=1)
    put_marker(log, producer=1, committed=True)
    put_pairs(log, (b"z", b"1"))
    compact(rolled(log), ms=100)
    # The first transaction's data is superseded; its marker was met with data, so no horizon yet.
    assert [h.base_offset for h in headers(log)] == [1, 2, 3, 4]
    put_pairs(log, (b"y", b"1"))
    compact(rolled(log), since=5, ms=200)
    assert headers(log)[0].delete_horizon == START_MS + 200 + HOUR_MS
    put_pairs(log, (b"x", b"1"))
    compact(rolled(log), since=6, ms=200 + HOUR_MS)
    assert [h.base_offset for h in headers(log)][:2] == [2, 3]


def test_an_abort_marker_goes_when_its_records_are_gone_and_its_horizon_over() -> None:
    log = a_log(delete_retention_ms=HOUR_MS, **COMPACT)
    for sequence in range(2):
        transactional(log, 1, (b"a", b"1"), sequence=sequence)
        put_marker(log, producer=1, committed=False)
    put_pairs(log, (b"z", b"1"))
    compact(rolled(log), ms=100)
    assert [h.base_offset for h in headers(log)] == [1, 2, 3, 4]
    compact(log, ms=200)
    assert headers(log)[0].delete_horizon == START_MS + 200 + HOUR_MS
    compact(log, ms=200 + HOUR_MS)
    assert [h.base_offset for h in headers(log)] == [2, 3, 4]
    assert log.aborted_transactions(Offset(0), Offset(5)) == [(1, 2)]


def test_an_open_transaction_is_not_touched() -> None:
    log = a_log(segment_bytes=160, **COMPACT)
    put_pairs(log, (b"a", b"0" * 50))
    transactional(log, 1, (b"a", b"1" * 50))
    put_pairs(log, (b"a", b"2" * 50))
    put_pairs(log, (b"a", b"3" * 50))
    compact(log)
    assert [offset for offset, _, _ in kept(log)] == [0, 1, 2, 3]


# Beside other work


def test_a_log_cut_meanwhile_is_left_alone() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=160, **COMPACT)
    for number in range(6):
        put_pairs(log, (b"a", b"%d" % number * 50))
    steps = clean(cleanable(log, 0, log.log_end_offset, at()), OffsetMap(), at())
    while next(steps) is None:
        pass
    log.truncate_to(Offset(0), at())
    with pytest.raises(CleaningAborted):
        list(steps)
    assert not any(name.endswith((".cleaned", ".swap")) for name in disk.list(FOLDER))
    assert log.log_end_offset == 0


def test_a_round_given_up_leaves_nothing() -> None:
    disk = MemoryDisk()
    log = a_log(disk, **COMPACT)
    put_pairs(log, (b"a", b"1"), (b"a", b"2"))
    rolled(log)
    steps = clean(cleanable(log, 0, log.log_end_offset, at()), OffsetMap(), at())
    while next(steps) is None:
        pass
    steps.close()
    assert not any(name.endswith((".cleaned", ".swap")) for name in disk.list(FOLDER))
    assert len(kept(log)) == 2


def test_damage_does_not_get_a_new_checksum() -> None:
    disk = MemoryDisk()
    log = a_log(disk, **COMPACT)
    put_pairs(log, (b"a", b"1"), (b"a", b"2"))
    rolled(log)
    disk.files[f"{FOLDER}/{0:020d}.log"][-3] ^= 1
    with pytest.raises(CorruptBatch):
        compact(log)


def test_reads_planned_before_can_be_carried_out_after() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"), (b"a", b"2"))
    rolled(log)
    piece = log.read(Offset(0), 1_000, end_offset=Offset(2), min_one_message=True)
    before = piece.file.read(piece.position, piece.length)
    compact(log)
    assert piece.file.read(piece.position, piece.length) == before


def test_appends_go_on_during_a_round() -> None:
    log = a_log(**COMPACT)
    put_pairs(log, (b"a", b"1"), (b"a", b"2"))
    rolled(log)
    for _ in clean(cleanable(log, 0, log.log_end_offset, at()), OffsetMap(), at()):
        put_pairs(log, (b"n", b"new"))
    assert kept(log)[0] == (1, b"a", b"2")
    assert all(key == b"n" for _, key, _ in kept(log)[1:])


def test_a_compacted_log_is_the_same_after_a_crash() -> None:
    disk = MemoryDisk()
    log = a_log(disk, segment_bytes=300, **COMPACT)
    for number in range(20):
        put_pairs(log, (b"%d" % (number % 4), b"x" * 30), ms=number)
    compact(log)
    before, indexes = read_all(log), [s.index.entries for s in log.segments]
    again, _ = opened(disk, segment_bytes=300, **COMPACT)
    assert read_all(again) == before
    assert [s.index.entries for s in again.segments][:-1] == indexes[:-1]


some_writes = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 99)), min_size=1, max_size=4),
        st.sampled_from([Codec.NONE, Codec.GZIP]),
        st.sampled_from(["", "roll", "compact"]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(some_writes, st.sampled_from([300, 1 << 30]), st.sampled_from([0, 40, 1 << 40]))
def test_compaction_keeps_the_latest_state_whenever_it_runs(
    writes: list[tuple[list[tuple[int, int | None]], Codec, str]], segment_bytes: int, retention_ms: int
) -> None:
    """Whoever reads all of the log ends with the same table as if nothing had been compacted."""
    log = a_log(segment_bytes=segment_bytes, delete_retention_ms=retention_ms, **COMPACT)
    everything: list[tuple[int, bytes, bytes | None]] = []
    cleaned = 0
    for ms, (pairs, codec, then) in enumerate(writes):
        start = log.log_end_offset
        content = [(b"k%d" % key, None if value is None else b"%d" % value) for key, value in pairs]
        put_pairs(log, *content, ms=ms, compression=codec)
        everything += [(start + i, key, value) for i, (key, value) in enumerate(content)]
        if then:
            log.roll(at(ms))
        if then == "compact":
            cleaned = compact(log, since=cleaned, ms=ms).end_offset
        found = contents(log)
        assert table((r.key or b"", r.value) for r in found) == table((k, v) for _, k, v in everything)
        offsets = [record.offset for record in found]
        assert offsets == sorted(offsets)
        assert {(r.offset, r.key, r.value) for r in found} <= set(everything)
        dirty = [entry for entry in everything if entry[0] >= cleaned]
        assert [(r.offset, r.key, r.value) for r in found if r.offset >= cleaned] == dirty


def table(pairs: Any) -> Mapping[bytes, bytes]:
    """What a reader that follows the log ends with."""
    result: dict[bytes, bytes] = {}
    for key, value in pairs:
        if value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result
