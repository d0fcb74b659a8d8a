"""The only reader of the clocks."""

import time
from collections.abc import Callable

from ottla.model.now import Now


class Clock:
    """Reads both clocks; a simulation hands in its own readers."""

    __slots__ = ("_mono_s", "_wall_s")

    def __init__(
        self, mono_s: Callable[[], float] = time.monotonic, wall_s: Callable[[], float] = time.time
    ) -> None:
        self._mono_s = mono_s
        self._wall_s = wall_s

    def now(self) -> Now:
        return Now(int(self._mono_s() * 1000), int(self._wall_s() * 1000))

    def mono_ms(self) -> int:
        return int(self._mono_s() * 1000)
