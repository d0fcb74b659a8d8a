"""An asyncio loop in virtual time: it never waits, and jumps to the next timer when nothing is ready.

asyncio's own scheduling is untouched and FIFO at equal times; all chance enters through latencies and
faults that are drawn from one seed. Executors are not used: the simulated disk answers by timer.
"""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any

_TURNS_MAX = 1_000_000
"""Of one run: a hundred times the usual."""


class Deadlock(Exception):
    """Nothing is ready and no timer is set: the simulated world waits for something that can't come."""


class _IdleJump(selectors.BaseSelector):
    """A selector that watches nothing: instead of waiting it moves the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self._turns = 0
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return self._keys[fd]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._turns += 1
        if self._turns > _TURNS_MAX:
            raise Deadlock("the simulated world turns without an end")
        if timeout is None:
            raise Deadlock("no timer and no callback is left")
        self.now += max(timeout, 0)
        return []


class SimLoop(asyncio.SelectorEventLoop):
    """Virtual `time()`; listening and connecting are the simulated network's."""

    def __init__(self) -> None:
        self._idle = _IdleJump()
        super().__init__(self._idle)
        self._clock_resolution = 1e-9
        self.network: Any = None

    def time(self) -> float:
        return self._idle.now

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        return self.network.listen(protocol_factory, host, port)

    async def create_connection(
        self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any
    ) -> Any:
        return await self.network.connect(protocol_factory, host, port)
