"""Kafka's own metadata image, in one Java process for all tests of a worker."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.oracle.apache_kafka import KAFKA_LIB

Snapshot = Callable[[Sequence[bytes]], list[bytes]]
"""Records of a log in, records of a snapshot out."""
_PROGRAM = Path(__file__).parent / "ImageOracle.java"
_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")


@pytest.fixture(scope="session")
def kafka_snapshot() -> Iterator[Snapshot]:
    command = ["java", *_FLAGS, "-cp", f"{KAFKA_LIB}/*", str(_PROGRAM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        questions, answers = process.stdin, process.stdout

        def ask(records: Sequence[bytes]) -> list[bytes]:
            questions.write(" ".join(record.hex() for record in records) + "\n")
            questions.flush()
            answer = answers.readline().rstrip("\n")
            assert not answer.startswith("refused"), answer
            return [bytes.fromhex(record) for record in answer.split(" ")]

        yield ask
        questions.close()
