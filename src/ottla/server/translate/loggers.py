"""This node's loggers and their levels, by log4j's names (KIP-412, `RuntimeLoggerManager`)."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ottla.model.config.describing import ConfigSource, DescribedConfig
from ottla.model.errors import ApiError, ErrorCode
from ottla.server.translate.own_node import check_own_node

ROOT: Final = "root"
LEVELS: Final = {
    "DEBUG": logging.DEBUG,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
    "INFO": logging.INFO,
    "TRACE": 5,
    "WARN": logging.WARNING,
}
SET, DELETE, APPEND, SUBTRACT = range(4)
_OPERATIONS: Final = ("SET", "DELETE", "APPEND", "SUBTRACT")
_log = logging.getLogger("kafka.server.ConfigAdminManager")


class LevelChange(NamedTuple):
    """One operation of IncrementalAlterConfigs on one logger."""

    logger: str
    operation: int
    level: str | None


def describe_loggers() -> list[DescribedConfig]:
    """All loggers that there are, with the level in force."""
    return [
        DescribedConfig(
            name, _level_name(_logger(name)), ConfigSource.DYNAMIC_BROKER_LOGGER, False, False, None, ()
        )
        for name in sorted(_names())
    ]


def change_levels(
    changes: Sequence[LevelChange], resource_name: str, node_id: int, *, validate_only: bool
) -> None:
    """Until the node stops. Raises ApiError, and then nothing is changed."""
    check_own_node(resource_name, node_id, "Node id", "Unexpected node id. Expected {}, but received {}")
    known = _names()
    for change in changes:
        _check(change, known)
    if not validate_only:
        _carry_out(changes)


def _carry_out(changes: Iterable[LevelChange]) -> None:
    for name, operation, level in changes:
        if operation == SET:
            _logger(name).setLevel(LEVELS[level or ""])
            _log.warning("Updated the log level of %s to %s", name, level)
        else:
            _logger(name).setLevel(logging.NOTSET)
            _log.warning("Unset the log level of %s", name)


def _check(change: LevelChange, known: set[str]) -> None:
    name, operation, level = change
    if operation in (APPEND, SUBTRACT):
        raise ApiError(
            ErrorCode.INVALID_REQUEST,
            f"{_OPERATIONS[operation]} operation is not allowed for the BROKER_LOGGER resource",
        )
    if operation not in (SET, DELETE):
        raise ApiError(
            ErrorCode.INVALID_REQUEST,
            f"Unknown operation type {operation} is not allowed for the BROKER_LOGGER resource",
        )
    if name not in known:
        raise ApiError(ErrorCode.INVALID_CONFIG, f"Logger {name} does not exist!")
    if operation == SET and level not in LEVELS:
        raise ApiError(
            ErrorCode.INVALID_CONFIG,
            f"Cannot set the log level of {name} to {level} as it is not a supported log level. Valid log "
            f"levels are {', '.join(LEVELS)}",
        )
    if operation == DELETE and name == ROOT:
        raise ApiError(
            ErrorCode.INVALID_REQUEST, f"Removing the log level of the {ROOT} logger is not allowed"
        )


def _names() -> set[str]:
    loggers = logging.getLogger().manager.loggerDict
    return {ROOT} | {name for name, logger in loggers.items() if isinstance(logger, logging.Logger)}


def _logger(name: str) -> logging.Logger:
    return logging.getLogger(None if name == ROOT else name)


def _level_name(logger: logging.Logger) -> str:
    """The name of the level in force; a level between two of log4j's has the finer one's."""
    number = logger.getEffectiveLevel()
    below = [(level, name) for name, level in LEVELS.items() if level <= number]
    if number > logging.CRITICAL:
        return "OFF"
    return max(below)[1] if below else "ALL"
