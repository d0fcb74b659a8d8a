"""Kafka's own controller, in one Java process for all tests of a worker."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.oracle.apache_kafka import KAFKA_LIB

Ask = Callable[[dict[str, Any]], str]
_PROGRAM = Path(__file__).parent / "ControllerOracle.java"
_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")


@pytest.fixture(scope="session")
def kafka() -> Iterator[Ask]:
    command = ["java", *_FLAGS, "-cp", f"{KAFKA_LIB}/*", str(_PROGRAM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        questions, answers = process.stdin, process.stdout

        def ask(question: dict[str, Any]) -> str:
            questions.write(json.dumps(question) + "\n")
            questions.flush()
            return answers.readline().rstrip("\n")

        yield ask
        questions.close()
