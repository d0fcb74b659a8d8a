"""Persistent maps: a snapshot is a reference, a rollback an assignment.

`immutables` keeps its entries in hash order, which changes with the hash seed, so there is no
iteration here but `sorted_items`: what leaves a core must not depend on chance.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar, overload

from immutables import Map

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class PersistentMap(Generic[K, V]):
    """A value: `set` and `remove` give a new map and leave this one as it was. About 1 µs each."""

    __slots__ = ("_map",)

    def __init__(self, items: "Iterable[tuple[K, V]] | Map[K, V]" = ()) -> None:
        self._map: Map[K, V] = items if isinstance(items, Map) else Map(items)

    @overload
    def get(self, key: K) -> V | None: ...
    @overload
    def get(self, key: K, default: D) -> V | D: ...
    def get(self, key: K, default: Any = None) -> Any:
        return self._map.get(key, default)

    def __getitem__(self, key: K) -> V:
        return self._map[key]

    def __contains__(self, key: K) -> bool:
        return key in self._map

    def __len__(self) -> int:
        return len(self._map)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PersistentMap) and self._map == other._map

    def __hash__(self) -> int:
        return hash(self._map)

    def __repr__(self) -> str:
        return f"PersistentMap({self.sorted_items()!r})"

    def set(self, key: K, value: V) -> "PersistentMap[K, V]":
        return PersistentMap(self._map.set(key, value))

    def remove(self, key: K) -> "PersistentMap[K, V]":
        """Without `key`; this map itself if it never had it."""
        return PersistentMap(self._map.delete(key)) if key in self._map else self

    def updated(self, items: Iterable[tuple[K, V]]) -> "PersistentMap[K, V]":
        """With all `items` set: one pass, for many changes at once."""
        return PersistentMap(self._map.update(items))

    def sorted_items(self, order: Callable[[tuple[K, V]], Any] | None = None) -> list[tuple[K, V]]:
        """All entries, by key unless `order` says otherwise (keys that don't compare need one)."""
        return sorted(self._map.items(), key=order if order is not None else _by_key)


def _by_key(item: tuple[Any, Any]) -> Any:
    return item[0]
