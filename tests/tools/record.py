"""Write the outputs of scenes anew with Apache Kafka's tools: `python -m tests.tools.record [NAME …]`.

`--usage` writes the usage texts, which our tools print and read their options from.
"""

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.oracle.apache_kafka import apache_kafka, java
from tests.tools.masks import USAGE, masked
from tests.tools.scene import DATA, GOLDEN, TOOLS, Step, read_scene, scene_text

# What Kafka's tools log with: warnings and errors, on stderr.
_LOG4J = """
Configuration:
  Appenders:
    Console: {name: STDERR, target: SYSTEM_ERR, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: STDERR}}
"""
_UNTIL_S = 30
_WITHOUT_ELR = ("--feature", "eligible.leader.replicas.version=0")


def main(names: list[str]) -> None:
    if names == ["--usage"]:
        for tool in TOOLS.values():
            text = usage_text(tool.java_class)
            if text is not None:
                (USAGE / f"{tool.command.replace('-', '_')}.txt").write_text(text)
        return
    for path in sorted(GOLDEN.glob("*.txt")):
        if not names or path.stem in names:
            sys.stdout.write(f"{path.stem}\n")
            sys.stdout.flush()
            path.write_text(scene_text(recorded(read_scene(path))))


def recorded(steps: list[Step]) -> list[Step]:
    """The scene, played with Apache Kafka."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = {"$T": str(directory), "$D": str(DATA)}
        if not any(step.kind == "without" for step in steps):
            node = stack.enter_context(apache_kafka(directory / "node", format_arguments=_WITHOUT_ELR))
            places["$B"] = node.bootstrap
            places["$C"] = f"127.0.0.1:{node.controller_port}"
        for step in steps:
            _play(step, directory, places, stack)
    return steps


def _play(step: Step, directory: Path, places: dict[str, str], stack: ExitStack) -> None:
    if step.kind == "file":
        (directory / step.text).write_text("".join(f"{line}\n" for line in step.stdin))
    elif step.kind == "&":
        process = subprocess.Popen(
            _java(step.words(places), directory), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
    elif step.kind == "?":
        deadline = time.monotonic() + _UNTIL_S
        while step.awaited not in _run(step, directory, places).stdout:
            assert time.monotonic() < deadline, step.text
    elif step.kind == "$":
        done = _run(step, directory, places)
        step.out, step.err = masked(done.stdout, places), masked(done.stderr, places)
        step.code = done.returncode


def _run(step: Step, directory: Path, places: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    stdin = "".join(f"{line}\n" for line in step.stdin)
    return subprocess.run(
        _java(step.words(places), directory), input=stdin, capture_output=True, text=True, timeout=120
    )


def _java(words: list[str], directory: Path) -> list[str]:
    log4j = directory / "tools-log4j2.yaml"
    log4j.write_text(_LOG4J)
    flags = ("-Xmx256m", f"-Dlog4j2.configurationFile={log4j}")
    return java(TOOLS[words[0]].java_class, *words[1:], flags=flags)


def usage_text(java_class: str) -> str | None:
    """What `--help` prints below its first line; None for tools that joptsimple doesn't explain."""
    done = subprocess.run(java(java_class, "--help"), capture_output=True, text=True, timeout=60)
    _, _, text = done.stderr.partition("\n")
    return text if text.startswith("Option ") else None


if __name__ == "__main__":
    main(sys.argv[1:])
