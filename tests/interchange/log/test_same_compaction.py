"""One log, compacted by Apache Kafka and by us: the same batches and records are left."""

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.interchange.log.a_history import a_history
from tests.interchange.log.judge import Judge, opened, read, tell
from tests.unit.log.a_log import START_MS, at, put, put_marker, run

from ottla.log.cleanable import cleanable
from ottla.log.cleaner import clean
from ottla.log.offset_map import OffsetMap
from ottla.log.partition_log import PartitionLog
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch

pytestmark = pytest.mark.needs("kafka")
HOUR_MS = 3_600_000
OURS: dict[str, Any] = {
    "segment_bytes": 3_000,
    "index_interval_bytes": 400,
    "cleanup_policy": frozenset({"compact"}),
    "delete_retention_ms": HOUR_MS,
}
THEIRS: dict[str, Any] = {
    "internal_segment_bytes": 3_000,
    "index_interval_bytes": 400,
    "cleanup_policy": "compact",
    "delete_retention_ms": HOUR_MS,
}


def compact_both(folder: Path, kafka: Judge, since: int, ms: int) -> tuple[PartitionLog, int]:
    """The log in `folder` after a round of ours, compared with a round of Kafka's on a copy."""
    theirs = folder.parent.parent / f"theirs-{since}-{ms}" / folder.name
    shutil.copytree(folder, theirs)
    kafka.ask("now", ms)
    kafka.open(theirs, clean=True, **THEIRS)
    (answer,) = kafka.ask("compact", since)
    log = opened(folder, clean=True, ms=ms, **OURS)
    found = cleanable(log, since, log.log_end_offset, at(ms))
    result, _ = run(clean(found, OffsetMap(), at(ms)))
    assert answer == f"cleaned {result.end_offset}"
    _compare(read(log), kafka.ask("read"))
    assert _without_segments(tell(log)) == _without_segments(kafka.ask("tell"))
    return log, result.end_offset


def _compare(ours: list[str], theirs: list[str]) -> None:
    """Where Kafka leaves a segment without a byte, we leave its last batch without records."""
    extra = set(ours) - set(theirs)
    assert all(line.startswith("batch") for line in extra)
    assert [line for line in ours if line not in extra] == theirs


def _without_segments(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("segments")]


def test_a_bit_of_everything(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "ours" / "orders-0"
    log = a_history(folder)
    log.roll(at(300))
    put(log, build_batch([Record(0, START_MS, b"active", b"x")]), epoch=10)
    log.close(at(300))
    log, _ = compact_both(folder, kafka, 0, 1_000)
    log.close(at(1_000))
    # A transaction is open, so nothing behind it is touched; delete horizons are over by now.
    compact_both(folder, kafka, 0, 1_000 + 2 * HOUR_MS)


@pytest.mark.parametrize("seed", range(4))
def test_random_writes_and_rounds(tmp_path: Path, kafka: Judge, seed: int) -> None:
    """Keys, tombstones, transactions and producers, with rounds before and after the delete horizons."""
    random = Random(seed)
    folder = tmp_path / "ours" / "orders-0"
    folder.mkdir(parents=True)
    log, cleaned, ms = opened(folder, clean=True, **OURS), 0, 0
    sequences = dict.fromkeys(range(1, 4), 0)
    for _ in range(3):
        for _ in range(40):
            ms += 5
            _write(log, random, sequences, ms)
        log.roll(at(ms))
        put(log, build_batch([Record(0, START_MS + ms, b"active", b"x")]), at(ms))
        log.close(at(ms))
        ms += random.choice([10, HOUR_MS, 2 * HOUR_MS])
        log, cleaned = compact_both(folder, kafka, cleaned, ms)


def _write(log: PartitionLog, random: Random, sequences: dict[int, int], ms: int) -> None:
    producer = random.choice([0, 1, 2, 3])
    content = [
        Record(i, START_MS + ms, b"key%d" % random.randrange(8), random.choice([None, b"value%d" % ms]))
        for i in range(random.randrange(1, 4))
    ]
    more: dict[str, Any] = {"compression": random.choice(list(Codec))}
    if producer:
        more |= {"producer_id": producer, "producer_epoch": 0, "base_sequence": sequences[producer]}
        more["transactional"] = producer != 1
        sequences[producer] += len(content)
    put(log, build_batch(content, **more), at(ms))
    if producer > 1:
        put_marker(log, producer=producer, committed=random.random() < 0.6, now=at(ms))
