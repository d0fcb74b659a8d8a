"""Kafka's own configuration classes, in one Java process for all tests of a worker."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.oracle.apache_kafka import KAFKA_LIB

Ask = Callable[..., Any]
"""A question by its name with its fields; the answer: what was asked for, "ok", or "refused: " and why."""
_PROGRAM = Path(__file__).parent / "ConfigOracle.java"
_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")


@pytest.fixture(scope="session")
def kafka() -> Iterator[Ask]:
    command = ["java", *_FLAGS, "-cp", f"{KAFKA_LIB}/*", str(_PROGRAM)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        questions, answers = process.stdin, process.stdout

        def ask(question: str, **fields: Any) -> Any:
            questions.write(json.dumps({"ask": question, **fields}) + "\n")
            questions.flush()
            return json.loads(answers.readline())

        yield ask
        questions.close()
