"""The simulation bites: each planted bug is found by its seed, and the same seed holds without it."""

import pytest

from ottla.sim.history import Violation
from ottla.sim.scenario import run_seed
from tests.sim.planted.catalogue import ALL
from tests.sim.planted.planting import PlantedBug

SINGLE_NODE_INVARIANTS = {"I7", "I8", "I9", "I13", "I15", "I17", "I18", "I19", "I20"}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The world is full of failures; what counts is what the checkers say."""
    caplog.set_level("CRITICAL")


@pytest.mark.parametrize("bug", ALL, ids=str)
def test_a_planted_bug_is_found(bug: PlantedBug) -> None:
    with bug.plant(), pytest.raises(Violation, match=rf"^{bug.invariant}\b"):
        run_seed(bug.seed)


@pytest.mark.parametrize("seed", sorted({bug.seed for bug in ALL}))
def test_its_seed_holds_without_it(seed: int) -> None:
    run_seed(seed)


def test_every_invariant_of_a_single_node_has_a_bug() -> None:
    assert {bug.invariant for bug in ALL} >= SINGLE_NODE_INVARIANTS
    assert len(ALL) >= 15
