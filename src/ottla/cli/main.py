"""`ottla COMMAND`: the folder listing is the list of commands, and only the one asked for is imported."""

import sys
from importlib import import_module
from importlib.util import find_spec

_NOT_COMMANDS = frozenset({"main", "options"})


def main() -> None:
    """Run the command that the arguments name and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of `ottla ARGUMENTS`."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return import_module("ottla.cli.help").run(arguments[1:])  # type: ignore[no-any-return]
    module = arguments[0].replace("-", "_")
    if not module.isidentifier() or module in _NOT_COMMANDS or find_spec(f"ottla.cli.{module}") is None:
        sys.stderr.write(f"ottla: there is no command '{arguments[0]}'. `ottla help` lists them.\n")
        return 2
    try:
        return import_module(f"ottla.cli.{module}").run(arguments[1:])  # type: ignore[no-any-return]
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
