"""Snapshots: named, written and read as Kafka does; damage is noticed; old ones go when they may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.raft.test_voters import voter

from ottla.raft.batches import InvalidBatch, data_batch
from ottla.raft.control_records import control_records_batch
from ottla.raft.positions import EpochAndOffset
from ottla.raft.snapshot_policy import SnapshotRetention, SnapshotSchedule
from ottla.raft.snapshot_recovery import InconsistentSnapshots, recover_snapshots
from ottla.raft.snapshots import (
    SnapshotFile,
    SnapshotReader,
    deleted_name,
    parse_snapshot_name,
    part_name,
    snapshot_content,
    snapshot_name,
)
from ottla.raft.voters import VoterSet
from ottla.wire.message import Message
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.kraft_version_record import KRaftVersionRecord
from ottla.wire.messages.snapshot_footer_record import SnapshotFooterRecord
from ottla.wire.messages.voters_record import VotersRecord

SNAPSHOT = EpochAndOffset(epoch=7, offset=12_345)
OLDER, NEWER = EpochAndOffset(epoch=7, offset=100), EpochAndOffset(epoch=8, offset=20_000)


def records(count: int) -> list[Message]:
    return [FeatureLevelRecord(name=f"feature {n}", feature_level=n) for n in range(count)]


def content(count: int, batch_bytes: int = 300, **options: object) -> bytes:
    versioned = [(record, 0) for record in records(count)]
    batches = snapshot_content(
        SNAPSHOT,
        versioned,
        last_contained_log_timestamp_ms=3,
        now_ms=9,
        batch_bytes=batch_bytes,
        **options,  # type: ignore[arg-type]
    )
    return b"".join(batches)


def read(data: bytes, size: int) -> tuple[SnapshotReader, list[Message]]:
    reader, found = SnapshotReader(), list[Message]()
    for at in range(0, len(data), size):
        for batch in reader.feed(data[at : at + size]):
            found += batch
    reader.finish()
    return reader, found


def test_names_are_kafkas() -> None:
    assert snapshot_name(SNAPSHOT) == "00000000000000012345-0000000007.checkpoint"
    assert parse_snapshot_name(snapshot_name(SNAPSHOT)) == SnapshotFile(
        snapshot_name(SNAPSHOT), SNAPSHOT, True
    )
    for name in (
        part_name(SNAPSHOT),
        deleted_name(SNAPSHOT),
        "00000000000000012345-0000000007-9182.checkpoint.part",
    ):
        assert parse_snapshot_name(name) == SnapshotFile(name, SNAPSHOT, False)
    for name in ("bootstrap.checkpoint", "leader-epoch-checkpoint", "00000000000000000000.log"):
        assert parse_snapshot_name(name) is None


@given(st.integers(0, 40), st.integers(1, 700))
def test_it_is_read_back_in_pieces_of_any_size(count: int, size: int) -> None:
    reader, found = read(content(count), size)
    assert found == records(count)
    assert reader.last_contained_log_timestamp_ms == 3


def test_the_batches_stay_small() -> None:
    versioned = [(record, 0) for record in records(200)]
    batches = snapshot_content(
        SNAPSHOT, versioned, last_contained_log_timestamp_ms=3, now_ms=9, batch_bytes=300
    )
    assert max(len(batch) for batch in batches) <= 300


def test_from_kraft_version_1_on_the_header_names_the_voters() -> None:
    reader, _ = read(content(1, kraft_version=1, voters=VoterSet.of(voter(1))), 100)
    assert [type(record) for record in reader.control_records[1:]] == [KRaftVersionRecord, VotersRecord]


def test_a_snapshot_that_is_cut_off_anywhere_is_refused() -> None:
    whole = content(10)
    for cut in range(0, len(whole), 7):
        with pytest.raises(InvalidBatch):
            read(whole[:cut], 64)


def test_a_snapshot_without_header_or_with_more_behind_its_footer_is_refused() -> None:
    footer = control_records_batch([SnapshotFooterRecord()], 1).at(0, 7)
    with pytest.raises(InvalidBatch, match="not a snapshot header"):
        read(footer, 100)
    with pytest.raises(InvalidBatch, match="not a control batch"):
        read(data_batch([b"a"], 1).at(0, 7) + content(1), 100)
    with pytest.raises(InvalidBatch, match="behind its footer"):
        read(content(1) + footer, 10_000)


def test_a_snapshot_is_due_after_so_many_bytes() -> None:
    schedule = SnapshotSchedule(bytes_max=100, interval_max_ms=0, last_mono_ms=0)
    assert schedule.applied(99, 10**9) is None
    assert schedule.applied(1, 10**9) == "we have replayed at least 100 bytes"
    schedule.restart(10**9)
    assert schedule.applied(1, 10**9) is None


def test_a_snapshot_is_due_after_so_much_time_if_anything_happened() -> None:
    schedule = SnapshotSchedule(bytes_max=100, interval_max_ms=120_000, last_mono_ms=0)
    assert schedule.applied(1, 119_999) is None
    assert schedule.applied(1, 120_000) == "we have waited at least 2 minute(s)"


@pytest.mark.parametrize(
    ("sizes", "oldest_ms", "log_size", "start"),
    [
        ({OLDER: 10}, 0, 10_000, None),
        ({OLDER: 10, SNAPSHOT: 10}, 990, 79, None),
        ({OLDER: 10, SNAPSHOT: 10}, 990, 81, SNAPSHOT),
        ({OLDER: 10, SNAPSHOT: 10, NEWER: 10}, 899, 0, SNAPSHOT),
        ({OLDER: 10, SNAPSHOT: 10, NEWER: 10}, 900, 0, None),
    ],
)
def test_the_log_begins_with_the_next_snapshot_when_it_is_large_or_old(
    sizes: dict[EpochAndOffset, int], oldest_ms: int, log_size: int, start: EpochAndOffset | None
) -> None:
    retention = SnapshotRetention(bytes_max=100, ms_max=100)
    assert retention.new_start(sizes, oldest_ms, log_size, now_ms=1_000) == start


def test_without_limits_everything_stays() -> None:
    retention = SnapshotRetention(bytes_max=-1, ms_max=-1)
    assert retention.new_start({OLDER: 1, SNAPSHOT: 1}, 0, 10**12, now_ms=10**12) is None


def test_a_start_keeps_complete_snapshots_from_the_logs_start_on() -> None:
    names = [snapshot_name(OLDER), snapshot_name(SNAPSHOT), part_name(NEWER), deleted_name(OLDER), "a.log"]
    found = recover_snapshots(names, 12_345, EpochAndOffset(epoch=7, offset=13_000))
    assert (found.kept, found.restart_at) == ((SNAPSHOT,), None)
    assert sorted(found.unneeded) == sorted([snapshot_name(OLDER), part_name(NEWER), deleted_name(OLDER)])


def test_a_log_that_ends_before_its_snapshot_begins_anew_behind_it() -> None:
    names = [snapshot_name(SNAPSHOT), snapshot_name(NEWER)]
    found = recover_snapshots(names, 12_345, EpochAndOffset(epoch=7, offset=13_000))
    assert (found.kept, found.restart_at) == ((NEWER,), NEWER)
    assert found.unneeded == (snapshot_name(SNAPSHOT),)


def test_a_log_that_begins_where_no_snapshot_ends_is_refused() -> None:
    with pytest.raises(InconsistentSnapshots, match="Inconsistent snapshot state: there must be a snapshot"):
        recover_snapshots([snapshot_name(OLDER)], 12_345, EpochAndOffset(epoch=7, offset=13_000))
