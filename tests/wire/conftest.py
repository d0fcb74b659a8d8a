"""Kafka's own message classes, in one Java process for all tests of a worker."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.oracle.apache_kafka import KAFKA_LIB, ROOT

Ask = Callable[[str, int, int, bytes | None], str]
"""Kafka's class, the version to read, the version to write, the bytes (or Kafka's defaults); the answer."""
PROGRAM = ROOT / "tests/java/MessageRoundTrip.java"


@pytest.fixture(scope="session")
def kafka() -> Iterator[Ask]:
    with subprocess.Popen(
        _command(PROGRAM), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield lambda *question: _answer(process, *question)
        assert process.stdin is not None
        process.stdin.close()


def _command(program: Path) -> list[str]:
    flags = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")
    return ["java", *flags, "-cp", f"{KAFKA_LIB}/*", str(program)]


def _answer(process: subprocess.Popen[str], name: str, read: int, write: int, data: bytes | None) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    content = "-" if data is None else data.hex()
    process.stdin.write(f"{name} {read} {write} {content}\n")
    process.stdin.flush()
    return process.stdout.readline().rstrip("\n")
