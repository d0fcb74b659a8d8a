"""The order in which a Java HashMap gives its keys, which some tools let through to their output."""

from collections.abc import Iterable

_LOAD = 0.75
_CAPACITY = 16


def string_hash(text: str) -> int:
    """`String.hashCode`: over UTF-16 units, signed, 32 bits."""
    value = 0
    units = text.encode("utf-16-be")
    for high, low in zip(units[::2], units[1::2], strict=True):
        value = (value * 31 + (high << 8 | low)) & 0xFFFFFFFF
    return value - (1 << 32) if value & 0x80000000 else value


def hash_order(keys: Iterable[str], capacity: int = _CAPACITY) -> list[str]:
    """`keys` as a HashMap gives them that began with room for `capacity`, filled in the order given."""
    distinct = list(dict.fromkeys(keys))
    size = 1
    while size < capacity:
        size *= 2
    while len(distinct) > size * _LOAD:
        size *= 2
    return sorted(distinct, key=lambda key: _spread(string_hash(key)) & (size - 1))


def _spread(value: int) -> int:
    value &= 0xFFFFFFFF
    return value ^ (value >> 16)
