"""Runs our tools: in this process where they read no input, else in one of their own."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from ottla.cli.main import run
from tests.tools.masks import masked
from tests.tools.scene import TOOLS, Output

ROOT = Path(__file__).parent.parent.parent


def output_of(words: list[str], stdin: list[str], places: dict[str, str]) -> Output:
    """What the command leaves behind, masked."""
    command = [TOOLS[words[0]].command, *words[1:]]
    out, err, code = _in_a_process(command, stdin) if stdin else _in_this_process(command)
    return Output(masked(out, places), masked(err, places), code)


def start(words: list[str]) -> "subprocess.Popen[bytes]":
    """The command in a process of its own, which goes on."""
    command = [TOOLS[words[0]].command, *words[1:]]
    return subprocess.Popen(
        [sys.executable, "-m", "ottla", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )


def _in_this_process(command: list[str]) -> tuple[str, str, int]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = run(command)
    return _written(out), _written(err), code


def _in_a_process(command: list[str], stdin: list[str]) -> tuple[str, str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "ottla", *command],
        input="".join(f"{line}\n" for line in stdin),
        capture_output=True,
        text=True,
        timeout=60,
        env=_environment(),
    )
    return done.stdout, done.stderr, done.returncode


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO), "made so above"
    return buffer.getvalue().decode()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src")}
