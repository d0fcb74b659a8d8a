"""Apache Kafka opens, reads and dumps what we wrote."""

from pathlib import Path

import pytest
from tests.interchange.log.a_history import SMALL, SMALL_FOR_KAFKA, a_history
from tests.interchange.log.file_disk import RealDisk
from tests.interchange.log.judge import Judge, opened, read, tell, time
from tests.unit.log.a_log import START_MS, at

from ottla.log.checkpoints import PARTITION_METADATA, partition_metadata
from ottla.model.ids import Offset

pytestmark = pytest.mark.needs("kafka")
TIMES = (0, START_MS, START_MS + 11, START_MS + 25, START_MS + 120, START_MS + 203, START_MS + 9_999, -3)


def test_after_our_clean_stop_kafka_finds_the_same_log(tmp_path: Path, kafka: Judge) -> None:
    log = a_history(tmp_path / "orders-0")
    log.close(at())
    kafka.open(tmp_path / "orders-0", clean=True, **SMALL_FOR_KAFKA)
    assert kafka.ask("tell") == tell(log)
    assert kafka.ask("read") == read(log)
    for timestamp in TIMES:
        assert kafka.ask("time", timestamp) == time(log, timestamp)


def test_after_our_kill_kafka_recovers_the_same_log(tmp_path: Path, kafka: Judge) -> None:
    log = a_history(tmp_path / "orders-0")
    active = Path(log.segments.active.file.path)
    with active.open("ab") as file:
        file.write(b"\0" * 30)
    indexes = {path: path.read_bytes() for path in active.parent.glob("*index") if path.stem != active.stem}
    kafka.open(tmp_path / "orders-0", clean=False, recovery_point=log.recovery_point, **SMALL_FOR_KAFKA)
    assert kafka.ask("tell") == tell(log)
    assert kafka.ask("read") == read(log)
    assert {path: path.read_bytes() for path in indexes} == indexes, "made anew by Kafka, byte for byte ours"


def test_kafka_goes_on_where_we_stopped_and_we_where_it_did(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "orders-0"
    a_history(folder).close(at())
    kafka.open(folder, clean=True, **SMALL_FOR_KAFKA)
    kafka.ask("truncate", 70)
    told, said = kafka.ask("tell"), kafka.ask("read")
    kafka.ask("close")
    log = opened(folder, clean=True, **SMALL)
    assert tell(log) == told
    assert read(log) == said


def test_a_log_that_we_cut_is_the_same_for_kafka(tmp_path: Path, kafka: Judge) -> None:
    log = a_history(tmp_path / "orders-0")
    log.truncate_to(Offset(log.segments.active.base_offset), at())
    log.close(at())
    kafka.open(tmp_path / "orders-0", clean=True, **SMALL_FOR_KAFKA)
    assert kafka.ask("tell") == tell(log)
    assert kafka.ask("read") == read(log)


def test_dump_log_finds_nothing_wrong_in_any_file(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "orders-0"
    log = a_history(folder)
    RealDisk().replace(f"{folder}/{PARTITION_METADATA}", partition_metadata(bytes(range(16))))
    log.close(at())
    logs, rest = (
        sorted(folder.glob("*.log")),
        sorted(folder.glob("*.*ndex")) + sorted(folder.glob("*.snapshot")),
    )
    assert {path.suffix for path in rest} == {".index", ".timeindex", ".txnindex", ".snapshot"}
    said = kafka.ask("dump", *logs)
    assert (
        sum("isvalid: true" in line for line in said)
        == sum(line.startswith("baseOffset") for line in said)
        > 30
    )
    assert sum(line.startswith("|") for line in said) == log.log_end_offset
    assert any("endTxnMarker: ABORT coordinatorEpoch: 9" in line for line in said)
    said += kafka.ask("dump", *rest)
    wrong = ("mismatch", "Mismatches", "Non-consecutive", "out of order", "corrupt", "not valid", "Could not")
    assert not [line for line in said if any(word in line for word in wrong)]


def test_dump_log_reads_indexes_snapshots_and_aborted_transactions(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "orders-0"
    log = a_history(folder)
    log.close(at())
    for segment in log.segments:
        name = folder / f"{segment.base_offset:020d}"
        said = kafka.ask("dump", f"{name}.index")
        assert [line for line in said if line.startswith("offset")] == [
            f"offset: {offset} position: {position}" for offset, position in segment.index.entries
        ]
        said = kafka.ask("dump", f"{name}.timeindex")
        assert [line for line in said if line.startswith("timestamp")] == [
            f"timestamp: {entry.timestamp} offset: {entry.offset}"
            for entry in (segment.time_index[slot] for slot in range(len(segment.time_index)))
        ]
    (aborted,) = folder.glob("*.txnindex")
    assert [line for line in kafka.ask("dump", aborted) if "producerId" in line] == [
        f"version: 0 producerId: {a.producer_id} firstOffset: {a.first_offset} lastOffset: {a.last_offset} "
        f"lastStableOffset: {a.last_stable_offset}"
        for a in log.segments.aborted_transactions(0, log.log_end_offset)
    ]
    said = kafka.ask("dump", folder / f"{log.log_end_offset:020d}.snapshot")
    assert sorted(line.split()[1] for line in said if line.startswith("producerId")) == [
        "41",
        "51",
        "52",
        "53",
    ]
