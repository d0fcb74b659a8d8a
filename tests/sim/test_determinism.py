"""A seed is one history: equal traces in other processes, under other hash seeds, on other Pythons."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SOURCE = Path(__file__).parents[2] / "src"
_SEEDS = (3, 12, 21)
_OTHER_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
_RUN = """
import logging, sys
from ottla.sim.scenario import run_seed
logging.disable()
for seed in sys.argv[1:]:
    print(run_seed(int(seed)).trace)
"""


@pytest.fixture(scope="module")
def traces() -> list[str]:
    return _traces(sys.executable, "0")


def _traces(python: str, hash_seed: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(_SOURCE)}
    command = [python, "-c", _RUN, *map(str, _SEEDS)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


def _why_not(python: str) -> str | None:
    """Why the node can't run on this Python, or None."""
    if shutil.which(python) is None:
        return "is not installed"
    environment = {**os.environ, "PYTHONPATH": str(_SOURCE)}
    command = [python, "-c", "import crc32c, cramjam, immutables"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    if ended.returncode == 0:
        return None
    lines = ended.stderr.strip().splitlines()
    return lines[-1] if "Error" in lines[-1] else lines[0]


@pytest.mark.parametrize("hash_seed", ["1", "4711"])
def test_the_hash_seed_does_not_matter(hash_seed: str, traces: list[str]) -> None:
    assert _traces(sys.executable, hash_seed) == traces


@pytest.mark.parametrize("python", _OTHER_PYTHONS)
def test_the_version_of_python_does_not_matter(python: str, traces: list[str]) -> None:
    reason = _why_not(python)
    if reason is not None:
        pytest.skip(f"{python}: {reason}")
    assert _traces(python, "0") == traces
