"""An answer that comes in time, or another one instead."""

from typing import Any

from ottla.machine.later import Later
from ottla.runtime.loop.deadlines import Deadlines


def within(answer: Later[Any], timeout_ms: int, instead: Any, deadlines: Deadlines) -> Later[Any]:
    """`answer`, or `instead` when that takes longer; it is not heard of then."""
    return _Timely(answer, timeout_ms, instead, deadlines).later


class _Timely:
    __slots__ = ("_deadline", "_instead", "_is_over", "later")

    def __init__(self, answer: Later[Any], timeout_ms: int, instead: Any, deadlines: Deadlines) -> None:
        self.later: Later[Any] = Later()
        self._instead, self._is_over = instead, False
        self._deadline = deadlines.after(timeout_ms, self._too_late)
        answer.read(self._came)

    def _came(self, value: Any) -> None:
        if not self._is_over:
            self._deadline.cancel()
            self._end(value)

    def _too_late(self) -> None:
        if not self._is_over:
            self._end(self._instead)

    def _end(self, value: Any) -> None:
        self._is_over = True
        self.later.settle(value)
