"""How a bug is planted: one name of the production code means something else for a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

Plant = AbstractContextManager[None]


class PlantedBug(NamedTuple):
    """A bug that the simulation must find."""

    name: str
    invariant: str
    """What the failure names, as `I7`; several if chance decides which is seen first."""
    seed: int
    """A seed that finds it."""
    plant: Callable[[], Plant]

    def __str__(self) -> str:
        return self.name


@contextmanager
def instead(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    """`owner.name` is `replacement` until the end."""
    original = vars(owner)[name]
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, original)
