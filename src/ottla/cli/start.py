"""`ottla start`: run a node; without a properties file it formats its directory on first use."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ottla.node.node import Node

HELP = """\
Run a node.

usage: ottla start [FILE | DIRECTORY] [OPTIONS]

Without a FILE of properties: a single node for clients on this machine, in DIRECTORY (./data), which is
formatted on first use. With one: what the file says, as kafka-server-start does.

  --dir DIRECTORY        the same as DIRECTORY
  --port PORT            the port for clients (9092); 0 takes any that is free
  --temporary            keep nothing: a new directory, removed at the end
  --override KEY=VALUE   a property over those of the file; may be repeated
  --env                  take properties from KAFKA_* variables too, as Kafka's image does
  --log-format FORMAT    text (Kafka's pattern, the default) or json
"""
_VALUED = ("--dir", "--port", "--override", "--log-format")


class UsageError(Exception):
    """The command line is not understood."""


class StartArguments:
    """The command line, read. A dataclass would cost the start a millisecond."""

    def __init__(self) -> None:
        self.properties_file: str | None = None
        self.directory: str | None = None
        self.port = 9092
        self.temporary = self.environment = self.help = False
        self.overrides: list[str] = []
        self.log_format = "text"


def run(arguments: list[str]) -> int:
    """0 after a clean stop, 1 when the node could not start."""
    try:
        given = parse(arguments)
    except UsageError as error:
        sys.stderr.write(f"ottla start: {error} See `ottla start --help`.\n")
        return 1
    if given.help:
        sys.stdout.write(HELP)
        return 0
    from ottla.model.config.config_exception import ConfigException
    from ottla.node.process import CannotStart

    try:
        _start(given)
    except ConfigException as error:
        return _fail(error.sentence)
    except CannotStart as error:
        return _fail(str(error))
    return 0


def _fail(sentence: str) -> int:
    sys.stderr.write(f"ottla start: {sentence}\n")
    return 1


def parse(arguments: list[str]) -> StartArguments:
    """Raises UsageError."""
    given = StartArguments()
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _VALUED:
            _take(given, name, value if equals else _next(name, words))
        elif word in ("-h", "--help"):
            given.help = True
        elif word == "--temporary":
            given.temporary = True
        elif word == "--env":
            given.environment = True
        elif word.startswith("-"):
            raise UsageError(f"There is no option {name}.")
        elif given.properties_file is not None or given.directory is not None:
            raise UsageError(f"'{word}' is one argument too many.")
        elif word.endswith(".properties") or os.path.isfile(word):  # noqa: PTH113  # pathlib costs the start 4 ms
            given.properties_file = word
        else:
            given.directory = word
    _check(given)
    return given


def _next(name: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f"{name} needs a value.")
    return value


def _take(given: StartArguments, name: str, value: str) -> None:
    match name:
        case "--dir":
            given.directory = value
        case "--override":
            given.overrides.append(value)
        case "--port":
            if not value.isdecimal() or int(value) > 65_535:
                raise UsageError(f"--port takes a number up to 65535, not '{value}'.")
            given.port = int(value)
        case _:
            if value not in ("text", "json"):
                raise UsageError(f"--log-format takes text or json, not '{value}'.")
            given.log_format = value


def _check(given: StartArguments) -> None:
    if given.properties_file is not None and (given.directory is not None or given.temporary):
        raise UsageError("The directory is the file's: log.dirs.")
    if given.temporary and given.directory is not None:
        raise UsageError("--temporary takes no directory.")


def _start(given: StartArguments) -> None:
    from ottla.node.config import node_config, with_overrides
    from ottla.node.config_files import environment_properties, file_properties
    from ottla.node.logging import configure_logging
    from ottla.node.process import run_node

    on_terminal = sys.stdout.isatty() and given.log_format == "text"
    configure_logging(given.log_format, level="WARN" if on_terminal else "INFO")
    on_started = _greet if on_terminal else None
    environment = environment_properties(os.environ) if given.environment else {}
    if given.properties_file is not None:
        properties = file_properties(given.properties_file) | environment
        run_node(node_config(with_overrides(properties, given.overrides)), on_started=on_started)
        return
    from ottla.node.quick_start import alone_properties, choose_ports, format_on_first_use

    directory = _directory(given)
    try:
        properties = alone_properties(directory, choose_ports(given.port)) | environment
        config = node_config(with_overrides(properties, given.overrides))
        run_node(config, prepare=format_on_first_use, on_started=on_started)
    finally:
        if given.temporary:
            _remove(directory)


def _directory(given: StartArguments) -> str:
    """Made if need be, so that it can be locked before anything is written to it."""
    from ottla.node.process import CannotStart

    if given.temporary:
        from tempfile import mkdtemp

        return mkdtemp(prefix="ottla-")
    directory = given.directory or "data"
    try:
        os.makedirs(directory, exist_ok=True)  # noqa: PTH103  # pathlib costs the start 4 ms
    except OSError as error:
        raise CannotStart(
            f"Can't make the directory {directory}: {error.strerror}. Choose another with --dir."
        ) from error
    return directory


def _remove(directory: str) -> None:
    from shutil import rmtree

    rmtree(directory, ignore_errors=True)


def _greet(node: "Node") -> None:
    """What a person wants to know, on a terminal."""
    from ottla import __version__

    config = node.config
    served = ", ".join(f"{each.host}:{each.port}" for each in config.advertised if each.kind == "broker")
    sys.stdout.write(
        f"Ottla {__version__} is ready: Kafka clients connect to {served}\n"
        f"  data   {', '.join(config.log_dirs)}\n"
        "  stop   Ctrl-C\n"
    )
    sys.stdout.flush()
