"""An answer is given once, read once, and never reaches a connection that is gone."""

import pytest

from ottla.machine.later import Later, all_of


def test_it_does_not_matter_which_comes_first_the_answer_or_its_reader() -> None:
    heard: list[int] = []
    early, late = Later[int](), Later[int]()
    early.settle(1)
    early.read(heard.append)
    late.read(heard.append)
    late.settle(2)
    assert heard == [1, 2]


def test_many_answers_come_together_in_the_order_asked() -> None:
    heard: list[list[str]] = []
    first, second = Later[str](), Later[str]()
    all_of([first, second]).read(heard.append)
    second.settle("b")
    assert heard == []
    first.settle("a")
    assert heard == [["a", "b"]]


def test_an_abandoned_answer_reaches_nobody() -> None:
    heard: list[int] = []
    answer = Later[int]()
    answer.read(heard.append)
    answer.abandon()
    answer.settle(1)
    assert heard == []


def test_a_second_answer_is_a_fault_of_ours() -> None:
    answer = Later[int]()
    answer.settle(1)
    with pytest.raises(AssertionError, match="given once"):
        answer.settle(2)
