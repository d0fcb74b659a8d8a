"""Ranges of versions, as the definitions write them: `3+`, `1-2`, `5`, `none`."""

from collections.abc import Iterator
from dataclasses import dataclass

OPEN_END = 32767


@dataclass(frozen=True, slots=True)
class Versions:
    """Both ends belong to the range; it is empty when `low` is above `high`."""

    low: int
    high: int

    def __and__(self, other: "Versions") -> "Versions":
        return Versions(max(self.low, other.low), min(self.high, other.high))

    def __bool__(self) -> bool:
        return self.low <= self.high

    def __contains__(self, version: int) -> bool:
        return self.low <= version <= self.high

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.low, self.high + 1))

    def excludes(self, name: str) -> str:
        """A test that is true when the version of this name is outside."""
        return (
            f"{name} != {self.low}" if self.low == self.high else f"not {self.low} <= {name} <= {self.high}"
        )

    def __str__(self) -> str:
        if not self:
            return "none"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


NONE = Versions(0, -1)


def parse(text: str | None) -> Versions:
    if text is None or text == "none":
        return NONE
    if text.endswith("+"):
        return Versions(int(text[:-1]), OPEN_END)
    low, _, high = text.partition("-")
    return Versions(int(low), int(high or low))
