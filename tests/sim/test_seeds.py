"""Whole nodes under clients and faults: seeds that hold on every run, and all that ever failed."""

import tomllib
from pathlib import Path

import pytest

from ottla.sim.scenario import run_seed

_CHUNKS, _SEEDS_PER_CHUNK = 10, 20
_REGRESSIONS = tomllib.loads((Path(__file__).parent / "regressions.toml").read_text())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The world is full of failures; what counts is what the checkers say."""
    caplog.set_level("CRITICAL")


@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_seeds_hold(chunk: int) -> None:
    first = 1 + chunk * _SEEDS_PER_CHUNK
    for seed in range(first, first + _SEEDS_PER_CHUNK):
        run_seed(seed)


@pytest.mark.parametrize("seed", sorted({each["seed"] for each in _REGRESSIONS["failed"]}))
def test_a_seed_that_failed_once_holds(seed: int) -> None:
    run_seed(seed)
