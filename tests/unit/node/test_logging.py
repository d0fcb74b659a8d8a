"""Log lines, for people and for programs; levels from the environment."""

import json
import logging
import sys
from collections.abc import Iterator
from types import TracebackType

import pytest

from ottla.node.logging import JsonFormatter, PatternFormatter, configure_logging

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, logger = logging.getLogger(), logging.getLogger("a.test.of.levels")
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logger.setLevel(logging.NOTSET)


def record(
    text: str, *args: object, level: int = logging.INFO, exc_info: ExcInfo | None = None
) -> logging.LogRecord:
    made = logging.LogRecord("kafka.log.LogManager", level, "", 0, text, args, exc_info)
    made.created, made.msecs = 1_700_000_000.25, 250.0
    return made


def test_a_line_has_kafkas_pattern() -> None:
    line = PatternFormatter().format(record("took %d ms", 5))
    assert line.endswith(",250] INFO took 5 ms (kafka.log.LogManager)")


@pytest.mark.parametrize(("level", "name"), [(logging.WARNING, "WARN"), (logging.CRITICAL, "FATAL")])
def test_levels_have_the_names_of_log4j(level: int, name: str) -> None:
    assert f"] {name} x (" in PatternFormatter().format(record("x", level=level))


def test_json_has_the_values_that_the_message_was_made_of() -> None:
    entry = json.loads(JsonFormatter().format(record("%s took %d ms", "loading", 5)))
    assert entry == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "INFO",
        "logger": "kafka.log.LogManager",
        "message": "loading took 5 ms",
        "values": ["loading", 5],
    }


def test_json_has_named_values_by_their_names() -> None:
    made = record("x")
    made.partition = "t-0"
    assert json.loads(JsonFormatter().format(made))["partition"] == "t-0"


def test_an_exception_stays_within_its_one_line_of_json() -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        text = JsonFormatter().format(record("x", exc_info=sys.exc_info()))  # type: ignore[arg-type]
    assert "\n" not in text
    assert "ValueError: bad" in json.loads(text)["exception"]


def test_levels_come_from_the_environment_as_in_kafkas_image() -> None:
    environment = {
        "KAFKA_LOG4J_ROOT_LOGLEVEL": "ERROR",
        "KAFKA_LOG4J_LOGGERS": "a.test.of.levels=DEBUG, another=OFF",
    }
    configure_logging(environment=environment)
    assert logging.getLogger().level == logging.ERROR
    assert logging.getLogger("a.test.of.levels").level == logging.DEBUG
    assert not logging.getLogger("another").isEnabledFor(logging.CRITICAL)
    logging.getLogger("another").setLevel(logging.NOTSET)


def test_a_level_that_log4j_does_not_know_is_debug_as_there() -> None:
    configure_logging(environment={"KAFKA_LOG4J_ROOT_LOGLEVEL": "loud"})
    assert logging.getLogger().level == logging.DEBUG
