"""One heap of deadlines for the whole node, emptied lazily.

Most deadlines are never reached: an answer comes first. So cancelling only marks, and one loop timer
serves all (a `call_later` for each would cost more than a small produce request).
"""

import asyncio
from collections.abc import Callable
from heapq import heapify, heappop, heappush

from ottla.runtime.loop.clock import Clock


class Deadline:
    """One thing to do at a time, unless cancelled before."""

    __slots__ = ("_heap", "action", "at_ms")

    def __init__(self, heap: "Deadlines", at_ms: int, action: Callable[[], None]) -> None:
        self._heap = heap
        self.at_ms = at_ms
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        if self.action is not None:
            self.action = None
            self._heap.forgot_one()

    def __lt__(self, other: "Deadline") -> bool:
        return self.at_ms < other.at_ms


class Deadlines:
    """Runs actions on the loop when their time has come, in order of time, then of asking."""

    _PRUNE_ABOVE = 1_024

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, Deadline]] = []
        self._asked = 0
        self._cancelled = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, at_ms: int, action: Callable[[], None]) -> Deadline:
        """Run `action` once `at_ms` (`mono_ms`) has come."""
        deadline = Deadline(self, at_ms, action)
        self._asked += 1
        heappush(self._heap, (at_ms, self._asked, deadline))
        if self._timer is None or at_ms < self._timer_ms:
            self._arm()
        return deadline

    def after(self, delay_ms: int, action: Callable[[], None]) -> Deadline:
        return self.at(self._clock.mono_ms() + delay_ms, action)

    def close(self) -> None:
        """Nothing runs any more."""
        self._closed = True
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()

    def forgot_one(self) -> None:
        """A deadline was cancelled: drop the dead entries once they are most of the heap."""
        self._cancelled += 1
        if self._cancelled > self._PRUNE_ABOVE and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].action is not None]
            heapify(self._heap)
            self._cancelled = 0

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._heap or self._closed:
            return
        loop = asyncio.get_running_loop()
        self._timer_ms = self._heap[0][0]
        delay_ms = max(0, self._timer_ms - self._clock.mono_ms())
        # One millisecond more: clocks are cut to whole ones, and early means once more around.
        self._timer = loop.call_later((delay_ms + 1) / 1000 if delay_ms else 0, self._run)

    def _run(self) -> None:
        self._timer = None
        try:
            self._run_due(self._clock.mono_ms())
        finally:  # an action that raises is a fault of its own; the others keep their times
            if self._timer is None:
                self._arm()

    def _run_due(self, now_ms: int) -> None:
        while self._heap and self._heap[0][0] <= now_ms:
            deadline = heappop(self._heap)[2]
            action, deadline.action = deadline.action, None
            if action is None:
                self._cancelled = max(0, self._cancelled - 1)
            else:
                action()
