"""Values that are cheap to define: a start defines dozens, and a frozen dataclass costs ten named tuples."""

from typing import TypeVar

Kind = TypeVar("Kind")


def distinct(kind: type[Kind]) -> type[Kind]:
    """Let a named tuple equal only its own kind: effects with the same numbers are not the same effect."""

    def is_equal(one: tuple[object, ...], other: object) -> bool:
        return type(one) is type(other) and tuple(one) == tuple(other)

    def is_unequal(one: tuple[object, ...], other: object) -> bool:
        return not is_equal(one, other)

    setattr(kind, "__eq__", is_equal)  # noqa: B010  mypy would want `object` for `tuple`
    setattr(kind, "__ne__", is_unequal)  # noqa: B010
    setattr(kind, "__hash__", tuple.__hash__)  # noqa: B010
    return kind
