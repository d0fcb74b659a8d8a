"""Histories of three and five voters under faults.

Nothing that Raft promises breaks, and peace brings recovery.
"""

import pytest
from tests.unit.raft.quorum_history import run_history


@pytest.mark.parametrize("block", range(4))
def test_three_voters_keep_their_promises(block: int) -> None:
    for seed in range(block * 25, block * 25 + 25):
        run_history(seed, 3, observers=seed % 2)


@pytest.mark.parametrize("block", range(2))
def test_five_voters_keep_their_promises(block: int) -> None:
    for seed in range(block * 15, block * 15 + 15):
        run_history(1_000 + seed, 5)


def test_the_same_seed_is_the_same_history() -> None:
    one, two = run_history(7, 3), run_history(7, 3)
    assert (one.steps, one.invariants.committed) == (two.steps, two.invariants.committed)
