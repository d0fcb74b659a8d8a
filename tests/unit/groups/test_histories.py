"""Random lives of a group keep the invariants, on every seed."""

import pytest
from tests.unit.groups.group_history import History


@pytest.mark.parametrize("block", range(10))
def test_no_history_breaks_an_invariant(block: int) -> None:
    joined = stable = 0
    for seed in range(block * 12, block * 12 + 12):
        history = History(seed)
        try:
            history.run(steps=120)
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}: {broken}") from broken
        joined += history.joined
        stable += history.stable
    assert joined > 100, "the histories are about something"
    assert stable > 50, "groups become stable in them"
