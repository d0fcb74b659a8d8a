"""We open and read what Apache Kafka wrote."""

from pathlib import Path

import pytest
from tests.interchange.log.a_history import SMALL, SMALL_FOR_KAFKA
from tests.interchange.log.judge import Judge, opened, read, tell, time
from tests.unit.log.a_log import START_MS, a_batch, at, put

pytestmark = pytest.mark.needs("kafka")


def kafka_s_history(folder: Path, kafka: Judge) -> None:
    folder.mkdir()
    kafka.ask("now", 0)
    kafka.open(folder, clean=True, **SMALL_FOR_KAFKA)
    kafka.ask("history")


def test_after_kafka_s_clean_stop_we_find_the_same_log(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "orders-0"
    kafka_s_history(folder, kafka)
    told, said = kafka.ask("tell"), kafka.ask("read")
    times = (0, START_MS, START_MS + 25, START_MS + 150, START_MS + 999_999, -3)
    when = [kafka.ask("time", timestamp) for timestamp in times]
    kafka.ask("close")
    log = opened(folder, clean=True, **SMALL)
    assert tell(log) == told
    assert read(log) == said
    assert [time(log, timestamp) for timestamp in times] == when


def test_after_kafka_s_kill_we_recover_the_same_log(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "orders-0"
    kafka_s_history(folder, kafka)
    told, said = kafka.ask("tell"), kafka.ask("read")
    kafka.ask("forget")
    sizes = {path.stat().st_size for path in folder.glob("*.index")}
    assert max(sizes) > 10_000_000, "the index of the live segment has its full size"
    log = opened(folder, clean=False, **SMALL)
    assert tell(log) == told
    assert read(log) == said
    put(log, a_batch(b"ours"), epoch=20)
    log.close(at())
    assert max(path.stat().st_size for path in folder.glob("*index")) < 1_000
    kafka.open(folder, clean=True, **SMALL_FOR_KAFKA)
    assert kafka.ask("tell") == tell(log)


def test_an_index_of_full_size_is_read_as_far_as_it_is_used(tmp_path: Path, kafka: Judge) -> None:
    folder = tmp_path / "orders-0"
    kafka_s_history(folder, kafka)
    said = kafka.ask("read")
    kafka.ask("forget")
    log = opened(folder, clean=True, **SMALL)
    assert read(log) == said
    active = log.segments.active
    assert all(position > 0 for _, position in active.index.entries)
    assert len(active.time_index) < 100
