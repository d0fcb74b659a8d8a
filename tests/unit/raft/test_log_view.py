"""What the core knows of its log, and how another log stands to it."""

import pytest

from ottla.raft.log_view import Diverges, LogView, Matches, NeedsSnapshot, compare_position
from ottla.raft.positions import EpochAndOffset

EARLY, LATE = EpochAndOffset(epoch=2, offset=20), EpochAndOffset(epoch=3, offset=50)


def a_log(**changes: object) -> LogView:
    """Epochs 1 [0, 10), 2 [10, 30), 4 [30, 60)."""
    log = LogView.recovered(0, 60, [(1, 0), (2, 10), (4, 30)], {})
    for name, value in changes.items():
        setattr(log, name, value)
    return log


def test_of_two_ends_the_later_epoch_is_more_up_to_date_and_then_the_longer_log() -> None:
    assert EpochAndOffset(epoch=2, offset=1) > EpochAndOffset(epoch=1, offset=9)
    assert EpochAndOffset(epoch=2, offset=2) > EpochAndOffset(epoch=2, offset=1)


@pytest.mark.parametrize(
    ("epoch", "end"),
    [(0, (0, 0)), (1, (1, 10)), (2, (2, 30)), (3, (2, 30)), (4, (4, 60)), (5, (4, 60))],
)
def test_an_epoch_ends_where_the_next_one_begins(epoch: int, end: tuple[int, int]) -> None:
    assert a_log().end_of_epoch(epoch) == EpochAndOffset(*end)


@pytest.mark.parametrize(
    ("offset", "epoch", "result"),
    [
        (0, 0, Matches()),
        (10, 1, Matches()),
        (60, 4, Matches()),
        (61, 4, Diverges(EpochAndOffset(4, 60))),
        (11, 1, Diverges(EpochAndOffset(1, 10))),
        (40, 3, Diverges(EpochAndOffset(2, 30))),
        (5, 7, Diverges(EpochAndOffset(4, 60))),
    ],
)
def test_a_log_matches_up_to_where_both_agree(offset: int, epoch: int, result: object) -> None:
    assert compare_position(a_log(), offset, epoch) == result


@pytest.mark.parametrize(
    ("offset", "epoch", "result"),
    [
        (0, 0, NeedsSnapshot(LATE)),
        (19, 2, NeedsSnapshot(LATE)),
        (20, 1, NeedsSnapshot(LATE)),
        (20, 2, Matches()),
        (25, 1, NeedsSnapshot(LATE)),
        (35, 4, Matches()),
        (35, 3, Diverges(EpochAndOffset(2, 30))),
    ],
)
def test_who_is_behind_the_start_needs_a_snapshot(offset: int, epoch: int, result: object) -> None:
    log = a_log(start_offset=20, snapshot_sizes={EARLY: 1, LATE: 1}, epoch_starts=[(2, 20), (4, 30)])
    assert compare_position(log, offset, epoch) == result


def test_an_empty_log_is_sent_a_snapshot_even_if_all_records_are_there() -> None:
    assert compare_position(a_log(snapshot_sizes={EARLY: 1}), 0, 0) == NeedsSnapshot(EARLY)


def test_the_bootstrap_snapshot_is_sent_to_nobody() -> None:
    assert compare_position(a_log(snapshot_sizes={EpochAndOffset(0, 0): 1}), 0, 0) == Matches()


def test_truncation_forgets_epochs_and_what_was_synced() -> None:
    log = a_log()
    log.truncate_to(30)
    assert (log.end, log.synced_offset) == (EpochAndOffset(2, 30), 30)
    log.append(5, 30, 31)
    assert (log.end, log.synced_offset) == (EpochAndOffset(5, 31), 30)


def test_a_fetched_snapshot_takes_the_place_of_the_log() -> None:
    log = a_log(snapshot_sizes={EARLY: 1})
    log.restart_at(EpochAndOffset(6, 100), 9)
    assert (log.start_offset, log.end, log.synced_offset) == (100, EpochAndOffset(6, 100), 100)
    assert log.snapshot_sizes == {EpochAndOffset(6, 100): 9}


def test_cleaning_moves_the_start_and_forgets_older_snapshots() -> None:
    log = a_log(snapshot_sizes={EARLY: 1, LATE: 1})
    assert log.delete_before(LATE) == [EARLY]
    assert (log.start_offset, log.epoch_starts) == (50, [(4, 50)])
    assert log.end == EpochAndOffset(4, 60)


def test_a_log_that_is_cleaned_to_its_end_keeps_the_snapshots_epoch() -> None:
    end = EpochAndOffset(4, 60)
    log = a_log(snapshot_sizes={end: 1})
    log.delete_before(end)
    assert (log.epoch_starts, log.end) == ([], end)
