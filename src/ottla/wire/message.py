"""What every message shares: comparison, a readable form, and the refusals of its writer."""

from typing import Any, ClassVar, Final, Self

from ottla.wire.primitives import Reader, UnsupportedVersion

UNSET: Final[Any] = object()
"""Stands in a signature for a default that every instance must have of its own: a list, a struct."""


class Message:
    """A request, a response, a record, or a struct inside one, with the fields of all its versions.

    A field that a version lacks holds its default after `read`. Subclasses are plain classes with slots and
    no dataclasses: creating a dataclass costs half a millisecond, this costs microseconds, and a start
    imports dozens. They are mutable and have no hash. A uuid is 16 `bytes`.
    """

    __slots__: tuple[str, ...] = ()
    __hash__ = None  # type: ignore[assignment]

    KEY: ClassVar[int] = -1
    """The API key, or the type of a record; -1 where Kafka gives none."""
    VERSIONS: ClassVar[tuple[int, int]] = (0, -1)
    """The lowest and the highest version that can be read and written. Only whole messages have it."""

    @classmethod
    def read(cls, source: Reader, version: int) -> Self:
        """Read one message.

        `ProtocolError` for bytes that are no message, `UnsupportedVersion` for a version that is none.
        """
        raise NotImplementedError

    def write(self, out: bytearray, version: int) -> None:
        """Append the message.

        `UnsupportedVersion` when the version cannot carry a field that is set; what was appended before
        that stays.
        """
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({fields})"


def cannot_read(message: type[Message], version: int) -> UnsupportedVersion:
    return UnsupportedVersion(f"Can't read version {version} of {message.__name__}")


def cannot_write(message: Message, version: int) -> UnsupportedVersion:
    return UnsupportedVersion(f"Can't write version {version} of {type(message).__name__}")


def cannot_carry(field: str, version: int) -> UnsupportedVersion:
    """A field is set that the version lacks and that may not be dropped."""
    return UnsupportedVersion(f"Attempted to write a non-default {field} at version {version}")


def cannot_be_null(field: str, version: int) -> UnsupportedVersion:
    return UnsupportedVersion(f"Attempted to write a null {field} at version {version}")
