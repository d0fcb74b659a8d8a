"""Our tools on our node print what Apache Kafka's tools print on Apache Kafka, byte for byte.

What Kafka prints was recorded: see `record.py`. What differs from run to run is masked: see `masks.py`.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.e2e.ottla_node import ottla_node
from tests.tools import our_tools
from tests.tools.scene import DATA, GOLDEN, Output, Step, read_scene

_AS_THE_ORACLE = ("group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=3")
_UNTIL_S = 30
_FEATURE = re.compile(r"^Feature: (\S+)", re.MULTILINE)
_UNSUPPORTED = re.compile(r"^\t(\w+\(\d+\)): UNSUPPORTED", re.MULTILINE)


@pytest.mark.parametrize("scene", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_our_tools_print_what_kafkas_print(scene: Path, tmp_path: Path) -> None:
    steps = read_scene(scene)
    with ExitStack() as stack:
        places = {"$T": str(tmp_path), "$D": str(DATA)}
        if not any(step.kind == "without" for step in steps):
            node = stack.enter_context(ottla_node(tmp_path / "node", overrides=_AS_THE_ORACLE))
            places["$B"] = node.bootstrap
            # What a node without a configuration takes for its controller.
            places["$C"] = f"127.0.0.1:{node.port + 1}"
        differences = [line for step in steps for line in _difference(step, tmp_path, places, stack)]
    assert not differences, "\n" + "\n".join(differences)


def _difference(step: Step, directory: Path, places: dict[str, str], stack: ExitStack) -> Iterator[str]:
    if step.kind == "file":
        (directory / step.text).write_text("".join(f"{line}\n" for line in step.stdin))
    elif step.kind == "&":
        process = our_tools.start(step.words(places))
        stack.callback(process.wait)
        stack.callback(process.kill)
    elif step.kind == "?":
        deadline = time.monotonic() + _UNTIL_S
        while step.awaited not in our_tools.output_of(step.words(places), [], places).out:
            assert time.monotonic() < deadline, step.text
    elif step.kind == "$":
        ours = our_tools.output_of(step.words(places), step.stdin, places)
        kafkas = _served_by_us(step.expected, ours)
        if ours != kafkas:
            yield f"$ {step.text}"
            yield from unified_diff(_lines(kafkas), _lines(ours), "Apache Kafka", "Ottla", lineterm="", n=1)


def _served_by_us(kafkas: Output, ours: Output) -> Output:
    """Kafka's output, but for APIs and features that our node doesn't serve: these are its own affair."""
    out = kafkas.out
    if "Feature: " in out and kafkas.code == 0:
        shown = set(_FEATURE.findall(ours.out))
        lines = (line for line in out.splitlines(keepends=True) if set(_FEATURE.findall(line)) <= shown)
        out = "".join(lines)
    for name in _UNSUPPORTED.findall(ours.out):
        line = re.compile(rf"^\t{re.escape(name)}: .*?(,?)$", re.MULTILINE)
        out = line.sub(rf"\t{name}: UNSUPPORTED\1", out)
    return Output(out, kafkas.err, kafkas.code)


def _lines(output: Output) -> list[str]:
    return [*output.out.split("\n"), "--- stderr", *output.err.split("\n"), f"--- exit {output.code}"]
