"""What may have been meant by a word that is none of ours."""

from collections.abc import Iterable
from typing import Final

_SWAP, _CHANGE, _ADD, _DROP = 0, 2, 1, 4
"""What it costs to turn what was written into what may have been meant, as git counts it."""
_FAR: Final = 7


def suggestions(word: str, known: Iterable[str]) -> list[str]:
    """The nearest of `known`, in alphabetical order; none when all are far."""
    costs = {name: 0 if name.startswith(word) else _cost(word, name) for name in known}
    nearest = min(costs.values(), default=_FAR)
    return sorted(name for name, cost in costs.items() if cost == nearest < _FAR)


def _cost(word: str, name: str) -> int:
    before: list[int] = []
    row = [at * _ADD for at in range(len(name) + 1)]
    for i, letter in enumerate(word):
        last, row, earlier = row, [(i + 1) * _DROP], before
        before = last
        for j, wanted in enumerate(name):
            cost = last[j] + (_CHANGE if letter != wanted else 0)
            if i and j and letter == name[j - 1] and word[i - 1] == wanted:
                cost = min(cost, earlier[j - 1] + _SWAP)
            row.append(min(cost, last[j + 1] + _DROP, row[j] + _ADD))
    return row[-1]
