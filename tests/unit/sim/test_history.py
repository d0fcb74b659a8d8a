"""What clients saw can't be unseen."""

import pytest

from ottla.model.ids import TopicPartition
from ottla.sim.history import Acknowledged, History, Violation

NAME = TopicPartition("topic", 0)


def acknowledged(history: History, offset: int, value: bytes) -> None:
    history.acknowledge(NAME, offset, Acknowledged(b"key", value, 0.0))


def test_an_offset_is_acknowledged_for_one_record() -> None:
    history = History()
    acknowledged(history, 5, b"a")
    acknowledged(history, 5, b"a")
    with pytest.raises(Violation, match="I13"):
        acknowledged(history, 5, b"b")


def test_a_record_is_read_as_it_was_acknowledged() -> None:
    history = History()
    acknowledged(history, 5, b"a")
    history.note_read(NAME, 5, b"a", 6)
    with pytest.raises(Violation, match="I7"):
        history.note_read(NAME, 5, b"b", 6)


def test_nothing_is_read_at_the_high_watermark() -> None:
    with pytest.raises(Violation, match="I9"):
        History().note_read(NAME, 5, b"a", 5)


def test_a_high_watermark_falls_by_a_power_cut_alone() -> None:
    history = History()
    history.note_high_watermark("client", NAME, 9)
    with pytest.raises(Violation, match="I6"):
        history.note_high_watermark("client", NAME, 8)
    history.of(NAME).forget(range(8, 100))
    history.note_high_watermark("client", NAME, 8)


def test_a_commit_does_not_go_back() -> None:
    history = History()
    history.note_commit("group", NAME, 7)
    history.check_commit("group", NAME, 7)
    with pytest.raises(Violation, match="I15"):
        history.check_commit("group", NAME, 6)
    history.lose_power()
    history.check_commit("group", NAME, 6)


def test_a_partition_has_one_owner_in_a_generation() -> None:
    history = History()
    history.note_owner("group", 1, NAME, "a")
    history.note_owner("group", 2, NAME, "b")
    with pytest.raises(Violation, match="I14"):
        history.note_owner("group", 1, NAME, "b")
