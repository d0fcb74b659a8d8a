"""The order in which a Java HashMap gives its keys, which some tools let through to their output."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from ottla.model.ids import TopicPartition

Key = TypeVar("Key", bound=Hashable)

_LOAD = 0.75
_CAPACITY = 16


def string_hash(text: str) -> int:
    """`String.hashCode`: over UTF-16 units, signed, 32 bits."""
    value = 0
    units = text.encode("utf-16-be")
    for high, low in zip(units[::2], units[1::2], strict=True):
        value = (value * 31 + (high << 8 | low)) & 0xFFFFFFFF
    return value - (1 << 32) if value & 0x80000000 else value


def partition_hash(name: TopicPartition) -> int:
    """`TopicPartition.hashCode`."""
    return 31 * (31 + name.partition) + string_hash(name.topic)


def hash_order(
    keys: Iterable[Key], hash_of: Callable[[Key], int] | None = None, capacity: int = _CAPACITY
) -> list[Key]:
    """`keys` as a HashMap gives them that began with room for `capacity`, filled in the order given.

    Without `hash_of` the keys are strings.
    """
    spread = _spread_of(hash_of or string_hash)
    distinct = list(dict.fromkeys(keys))
    size = 1
    while size < capacity:
        size *= 2
    while len(distinct) > size * _LOAD:
        size *= 2
    return sorted(distinct, key=lambda key: spread(key) & (size - 1))


def _spread_of(hash_of: Callable[[Any], int]) -> Callable[[Any], int]:
    def spread(key: Any) -> int:
        value = hash_of(key) & 0xFFFFFFFF
        return value ^ (value >> 16)

    return spread
