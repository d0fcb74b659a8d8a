"""Chance that the test decides."""

from collections.abc import Iterable
from itertools import count

from ottla.model.uuid import Uuid


class Chosen:
    """Gives the numbers it was told, then counts up."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._numbers = iter([*numbers])
        self._count = count()

    def uuid(self) -> Uuid:
        return Uuid(next(self._count).to_bytes(16, "big"))

    def below(self, bound: int) -> int:
        return next(self._numbers, next(self._count)) % bound
