"""What a command line may hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What an argument takes."""

    TEXT = "text"
    NUMBER = "number"
    LIST = "list"
    """A text, any number of times."""
    FLAG = "flag"
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One option, long name first."""

    names: tuple[str, ...]
    help: str
    kind: Kind = Kind.TEXT
    required: bool = False

    @property
    def name(self) -> str:
        """The long name without dashes, by which its values are asked for."""
        return self.names[0].lstrip("-")

    @property
    def shown(self) -> str:
        return "/".join(self.names)

    @property
    def value(self) -> str:
        """What stands for its value in the usage; begins with a blank."""
        return "" if self.kind is Kind.FLAG else f" {self.name.upper().replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """Arguments of which one can be given, or must be."""

    arguments: tuple[Argument, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A program, or one of its commands."""

    help: str
    parts: tuple[Argument | OneOf, ...] = ()
    commands: Mapping[str, "Command"] = field(default_factory=dict)

    @property
    def arguments(self) -> Iterator[Argument]:
        """All of them, in the order of their definition."""
        for part in self.parts:
            yield from part.arguments if isinstance(part, OneOf) else (part,)

    @property
    def groups(self) -> list[OneOf]:
        return [part for part in self.parts if isinstance(part, OneOf)]


@dataclass(slots=True)
class Given:
    """What a command line holds."""

    command: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    """By name; a flag has an empty text."""

    def has(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str | None:
        return self.values[name][-1] if name in self.values else None

    def number(self, name: str) -> int | None:
        return int(self.values[name][-1]) if name in self.values else None

    def texts(self, name: str) -> list[str]:
        return self.values.get(name, [])
