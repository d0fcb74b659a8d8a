"""Which log is compacted, and which part of it."""

from typing import Any

from tests.unit.log.a_log import a_batch, a_log, at, put

from ottla.log.cleanable import Cleanable, cleanable, filthiest
from ottla.log.partition_log import PartitionLog
from ottla.model.ids import Offset


def of_segments(count: int, **config: Any) -> PartitionLog:
    """A record in each segment, a second apart, the active one empty."""
    log = a_log(cleanup_policy=frozenset({"compact"}), **config)
    for number in range(count):
        put(log, a_batch(b"x" * 50, key=b"k", ms=1_000 * number), at(1_000 * number))
        log.roll(at(1_000 * number))
    return log


def look(
    log: PartitionLog, since: int | None = None, ms: int = 0, high_watermark: int | None = None
) -> Cleanable:
    end = log.log_end_offset if high_watermark is None else Offset(high_watermark)
    return cleanable(log, since, end, at(ms))


def test_everything_but_the_active_segment_is_dirty_at_first() -> None:
    found = look(of_segments(4))
    assert (found.first_dirty_offset, found.first_uncleanable_offset) == (0, 4)
    assert found.ratio == 1.0
    assert found.is_due


def test_the_checkpoint_divides_clean_from_dirty() -> None:
    log = of_segments(4)
    found = look(log, since=3)
    assert found.clean_bytes == 3 * found.cleanable_bytes
    assert found.ratio == 0.25
    assert not found.is_due
    assert look(log, since=4).cleanable_bytes == 0


def test_what_is_not_committed_or_not_decided_is_not_cleanable() -> None:
    log = of_segments(4)
    assert look(log, high_watermark=2).first_uncleanable_offset == 2
    put(log, a_batch(b"x", key=b"k"))
    assert look(log).first_uncleanable_offset == 4


def test_young_records_are_not_cleanable() -> None:
    log = of_segments(4, min_compaction_lag_ms=1_500)
    assert look(log, ms=3_400).first_uncleanable_offset == 2
    assert look(log, ms=10_000).first_uncleanable_offset == 4


def test_records_that_wait_too_long_make_it_due() -> None:
    log = of_segments(4, max_compaction_lag_ms=5_000, min_cleanable_dirty_ratio=0.9)
    assert not look(log, since=3, ms=8_000).is_due
    assert look(log, since=3, ms=8_001).is_due
    assert not look(log, since=4, ms=99_000).is_due


def test_a_checkpoint_outside_the_log_is_not_believed() -> None:
    log = of_segments(3)
    log.advance_log_start(Offset(1))
    for since in (0, 99):
        found = look(log, since=since)
        assert found.checkpoint_invalid
        assert found.first_dirty_offset == 1
    assert not look(log, since=2).checkpoint_invalid


def test_the_dirtiest_goes_first() -> None:
    logs = [look(of_segments(4), since) for since in (1, 0, 2)]
    chosen = filthiest(logs)
    assert chosen is logs[1]
    assert filthiest([look(of_segments(4), 4)]) is None
    assert filthiest([look(of_segments(0))]) is None
