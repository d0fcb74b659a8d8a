"""Histories of quorums under faults: nothing that Raft promises breaks, and peace brings recovery."""

import pytest
from tests.unit.raft.quorum_history import run_history


@pytest.mark.parametrize("block", range(4))
def test_three_voters_keep_their_promises(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        run_history(seed, 3, observers=seed % 2)


@pytest.mark.parametrize("block", range(2))
def test_five_voters_keep_their_promises(block: int) -> None:
    for seed in range(block * 12, block * 12 + 12):
        run_history(1_000 + seed, 5)


@pytest.mark.parametrize("voters", [1, 3])
def test_voters_that_come_and_go_keep_their_promises(voters: int) -> None:
    for seed in range(2_000, 2_025):
        run_history(seed, voters, observers=2, dynamic=True)


@pytest.mark.proof
@pytest.mark.parametrize("block", range(40))
def test_thousands_of_histories_keep_their_promises(block: int) -> None:
    for seed in range(10_000 + block * 100, 10_000 + block * 100 + 100):
        run_history(seed, 3, observers=seed % 3)
        run_history(seed, 5)
        run_history(seed, 1 + seed % 3, observers=2, dynamic=True)


def test_the_same_seed_is_the_same_history() -> None:
    one, two = run_history(7, 3), run_history(7, 3)
    assert (one.steps, one.invariants.committed) == (two.steps, two.invariants.committed)
