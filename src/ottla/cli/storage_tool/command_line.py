"""The command line of `kafka-storage`, read as argparse4j reads it, with its usage and error texts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

PROGRAM: Final = "kafka-storage"


class CommandLineError(Exception):
    """What is wrong; the usage of the command stands before it."""


class Flag(NamedTuple):
    """One option of a command."""

    name: str
    letter: str
    help: str
    takes_value: bool = True
    repeats: bool = False
    required: bool = False


class Command(NamedTuple):
    """One of the tool's commands."""

    help: str
    usage: str
    flags: tuple[Flag, ...] = ()
    exclusive: tuple[str, ...] = ()
    """Of these flags one may be given."""


_CONFIG: Final = Flag("config", "c", "The Kafka configuration file.", required=True)
COMMANDS: Final = {
    "info": Command(
        "What is in the log directories of this node.",
        "[-h] --config CONFIG",
        (_CONFIG,),
    ),
    "format": Command(
        "Prepare the log directories of this node for their first use.",
        """\
[-h] --config CONFIG --cluster-id CLUSTER_ID
                     [--add-scram ADD_SCRAM] [--ignore-formatted]
                     [--release-version RELEASE_VERSION]
                     [--feature FEATURE] [--standalone |
                     --no-initial-controllers |
                     --initial-controllers INITIAL_CONTROLLERS]""",
        (
            _CONFIG,
            Flag("cluster-id", "t", "The id of the cluster, as random-uuid prints one.", required=True),
            Flag("add-scram", "S", "Credentials of a user to begin with.", repeats=True),
            Flag("ignore-formatted", "g", "Pass over directories that are formatted.", takes_value=False),
            Flag("release-version", "r", "The release whose metadata.version the cluster begins with."),
            Flag("feature", "f", "The level of one feature: feature=level.", repeats=True),
            Flag("standalone", "s", "This controller alone is the quorum, for now.", takes_value=False),
            Flag("no-initial-controllers", "N", "This node joins a quorum later.", takes_value=False),
            Flag("initial-controllers", "I", "The quorum: id@host:port:directory, and so on."),
        ),
        ("standalone", "no-initial-controllers", "initial-controllers"),
    ),
    "version-mapping": Command(
        "The levels of all features that belong to a release.",
        "[-h]\n                     [--release-version RELEASE_VERSION]",
        (Flag("release-version", "r", "The release, or its metadata.version."),),
    ),
    "feature-dependencies": Command(
        "What levels of features depend on.",
        "[-h] --feature FEATURE",
        (Flag("feature", "f", "A feature and its level: feature=level.", repeats=True, required=True),),
    ),
    "random-uuid": Command("Print an id for a new cluster.", "[-h]"),
}
USAGE: Final = f"""\
usage: {PROGRAM} [-h]
                     {{{",".join(COMMANDS)}}}
                     ...
"""


@dataclass(slots=True)
class Given:
    """What was asked for."""

    command: str | None
    help: bool = False
    values: dict[str, list[str]] = field(default_factory=dict)
    """Values by the name of the flag; of a flag without value an empty text."""

    def text(self, name: str) -> str | None:
        found = self.values.get(name)
        return found[-1] if found else None

    def has(self, name: str) -> bool:
        return name in self.values


def usage_of(command: str | None) -> str:
    return USAGE if command is None else f"usage: {PROGRAM} {command} {COMMANDS[command].usage}\n"


def help_of(command: str | None) -> str:
    lines = [usage_of(command), "\n"]
    if command is None:
        lines.append("The Kafka storage tool.\n\npositional arguments:\n")
        lines += [f"  {name:22} {each.help}\n" for name, each in COMMANDS.items()]
        lines.append("\n")
    lines.append("optional arguments:\n  -h, --help             show this help message and exit\n")
    for flag in COMMANDS[command].flags if command is not None else ():
        value = f" {flag.name.upper().replace('-', '_')}" if flag.takes_value else ""
        lines.append(f"  --{flag.name}{value}, -{flag.letter}{value}\n{'':25}{flag.help}\n")
    return "".join(lines)


def parse(arguments: list[str]) -> Given:
    """Raises CommandLineError, for `command_of(arguments)`."""
    words = iter(arguments)
    first = next(words, None)
    if first in ("-h", "--help"):
        return Given(None, help=True)
    if first is None:
        raise CommandLineError("too few arguments")
    if first not in COMMANDS:
        if first.startswith("-"):
            raise CommandLineError(f"unrecognized arguments: '{first}'")
        choices = ", ".join(f"'{name}'" for name in COMMANDS)
        raise CommandLineError(f"invalid choice: '{first}' (choose from {choices})")
    given = Given(first)
    for word in words:
        if word in ("-h", "--help"):
            given.help = True
            return given
        _take(given, word, words)
    _check_required(given)
    return given


def command_of(arguments: list[str]) -> str | None:
    """The command that an error belongs to."""
    return arguments[0] if arguments and arguments[0] in COMMANDS else None


def _take(given: Given, word: str, words: Iterator[str]) -> None:
    assert given.command is not None, "flags come after the command"
    command = COMMANDS[given.command]
    name, equals, value = word.partition("=")
    flag = next((each for each in command.flags if name in (f"--{each.name}", f"-{each.letter}")), None)
    if flag is None:
        raise CommandLineError(f"unrecognized arguments: '{word}'")
    if flag.takes_value and not equals:
        value = next(words, "")
        if not value or value.startswith("-"):
            raise CommandLineError(f"argument --{flag.name}/-{flag.letter}: expected one argument")
    _check_exclusive(given, command, flag)
    given.values.setdefault(flag.name, []).append(value)


def _check_exclusive(given: Given, command: Command, flag: Flag) -> None:
    if flag.name not in command.exclusive:
        return
    for other in command.flags:
        if other.name in command.exclusive and other is not flag and given.has(other.name):
            raise CommandLineError(
                f"argument --{flag.name}/-{flag.letter}: not allowed with argument "
                f"--{other.name}/-{other.letter}"
            )


def _check_required(given: Given) -> None:
    assert given.command is not None, "the command is the first to be required"
    for flag in sorted(COMMANDS[given.command].flags):
        if flag.required and not given.has(flag.name):
            raise CommandLineError(f"argument --{flag.name}/-{flag.letter} is required")
