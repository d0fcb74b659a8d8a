"""Log lines: Kafka's log4j pattern for people, one JSON object a line for programs."""

import logging
import os
import sys
import time
from collections.abc import Mapping
from typing import Final, TextIO

FORMATS: Final = ("text", "json")
_LEVELS: Final = {"WARNING": "WARN", "CRITICAL": "FATAL", "NOTSET": "TRACE"}
_LEVELS_BY_LOG4J: Final = {
    "ALL": 1,
    "TRACE": 5,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
    "OFF": logging.CRITICAL + 10,
}
_OWN_FIELDS: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


class PatternFormatter(logging.Formatter):
    """`[%d] %p %m (%c)%n`, which everything that reads Kafka's logs expects."""

    def format(self, record: logging.LogRecord) -> str:
        level = _LEVELS.get(record.levelname, record.levelname)
        clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        line = f"[{clock},{record.msecs:03.0f}] {level} {record.getMessage()} ({record.name})"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """The message with what it was made of: arguments in order, and what was given in `extra` by name."""

    def format(self, record: logging.LogRecord) -> str:
        import json

        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        entry: dict[str, object] = {
            "time": f"{seconds}.{record.msecs:03.0f}Z",
            "level": _LEVELS.get(record.levelname, record.levelname),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if isinstance(record.args, tuple) and record.args:
            entry["values"] = list(record.args)
        entry |= {key: value for key, value in record.__dict__.items() if key not in _OWN_FIELDS}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def configure_logging(
    format_: str = "text", *, level: str = "INFO", environment: Mapping[str, str] | None = None
) -> None:
    """Log to standard output. The environment may set levels as Kafka's image lets it.

    `KAFKA_LOG4J_ROOT_LOGLEVEL=WARN`, `KAFKA_LOG4J_LOGGERS=kafka.log=DEBUG,kafka=INFO`.
    """
    environment = os.environ if environment is None else environment
    handler = _Handler(sys.stdout)
    handler.setFormatter(JsonFormatter() if format_ == "json" else PatternFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log4j_level(environment.get("KAFKA_LOG4J_ROOT_LOGLEVEL", level)))
    for pair in filter(None, environment.get("KAFKA_LOG4J_LOGGERS", "").split(",")):
        name, _, own_level = pair.partition("=")
        logging.getLogger(name.strip()).setLevel(log4j_level(own_level))


def log4j_level(name: str) -> int:
    """Python's number for a level by its name in log4j. An unknown name stands for DEBUG, as there."""
    return _LEVELS_BY_LOG4J.get(name.strip().upper(), logging.DEBUG)


class _Handler(logging.StreamHandler[TextIO]):
    """A log that nobody can read any more (a closed pipe) is no reason to stop serving."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is the library's
        return
