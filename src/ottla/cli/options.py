"""The command line of Kafka's tools, read by the rules of joptsimple, which they are built on.

What `--help` prints is the grammar, too: `usage/<tool>.txt` is that text, and its first column names each
option, whether it takes a value, and of which type.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from ottla.cli.tools.ending import Ended, Failure
from ottla.cli.tools.java_number import INT, LONG, is_number

_USAGE = Path(__file__).parent / "usage"
_OPTION = re.compile(r"(?P<required>\* )?--(?P<name>[\w.-]+)(?: (?P<bracket>[<[])(?P<type>\w+).*)?$")
_BITS = {"Integer": INT, "Long": LONG}
_KAFKA_VERSION = "4.3.1"


class OptionFailure(Failure):
    """The command line has an option that the tool does not, or a value that fits none."""

    java_class = "joptsimple.OptionException"


@dataclass(frozen=True, slots=True)
class _Option:
    name: str
    type: str | None
    """`String`, `Integer` or `Long`; None for a flag."""
    optional: bool
    """Whether the value may be left out."""
    required: bool
    """Whether the command line must have it."""


@dataclass(slots=True)
class Options:
    """The options given, in their order; a value of None was left out."""

    known: dict[str, _Option]
    given: list[tuple[str, str | None]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    """Words that are neither options nor values; the tools pass over them."""

    def has(self, name: str) -> bool:
        assert name in self.known, f"the usage text knows no --{name}"
        return any(given == name for given, _ in self.given)

    def texts(self, name: str) -> list[str]:
        """All values of an option that may be repeated."""
        assert name in self.known, f"the usage text knows no --{name}"
        return [value for given, value in self.given if given == name and value is not None]

    def text(self, name: str) -> str | None:
        """The value, or None. Raises OptionFailure when there are several."""
        values = self.texts(name)
        if len(values) > 1:
            raise OptionFailure(
                f"Found multiple arguments for option {name}, but you asked for only one",
                "joptsimple.MultipleArgumentsForOptionException",
            )
        return values[0] if values else None

    def number(self, name: str) -> int | None:
        """The value as a number of its type. Raises OptionFailure."""
        text = self.text(name)
        if text is None:
            return None
        if not is_number(text, _BITS[self.known[name].type or ""]):
            raise OptionFailure(
                f"Cannot parse argument '{text}' of option {name}",
                "joptsimple.OptionArgumentConversionException",
            )
        return int(text)


class Usage:
    """One tool's usage text, and what its command line may hold."""

    def __init__(self, tool: str, available_if: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """`available_if` names for an option the ones of which it needs one beside it."""
        self.text = (_USAGE / f"{tool}.txt").read_text(encoding="utf-8")
        self.known = {option.name: option for option in _options(self.text)}
        self._available_if = available_if or {}

    def parse(self, arguments: list[str]) -> Options:
        """The options in `arguments`. Raises OptionFailure."""
        options, at = Options(self.known), 0
        while at < len(arguments):
            word = arguments[at]
            at += 1
            if word == "--":
                options.rest += arguments[at:]
                break
            if word == "-" or not word.startswith("-"):
                options.rest.append(word)
                continue
            at += self._take(word, arguments[at : at + 1], options)
        self._check_required(options)
        self._check_available(options)
        return options

    def parse_or_end(self, arguments: list[str]) -> Options:
        """As `parse`; what is wrong is told with the usage text."""
        try:
            return self.parse(arguments)
        except OptionFailure as failure:
            self.end(str(failure))

    def _check_required(self, options: Options) -> None:
        missing = [each.name for each in self.known.values() if each.required and not options.has(each.name)]
        if missing and not (options.has("help") or options.has("version")):
            raise OptionFailure(
                f"Missing required option(s) [{', '.join(missing)}]",
                "joptsimple.MissingRequiredOptionsException",
            )

    def _check_available(self, options: Options) -> None:
        missing = [
            name
            for name, needed in self._available_if.items()
            if options.has(name) and not any(options.has(other) for other in needed)
        ]
        if missing and not (options.has("help") or options.has("version")):
            raise OptionFailure(
                f"Option(s) [{', '.join(sorted(missing))}] are unavailable given other options on the "
                "command line",
                "joptsimple.UnavailableOptionException",
            )

    def _take(self, word: str, next_: list[str], options: Options) -> int:
        """One option; the number of further words that belong to it."""
        name, equals, value = word[2 if word.startswith("--") else 1 :].partition("=")
        option = self.known.get(name)
        if option is None:
            unknown = name if word.startswith("--") else name[:1]
            raise OptionFailure(
                f"{unknown} is not a recognized option", "joptsimple.UnrecognizedOptionException"
            )
        if option.type is None:
            options.given.append((name, None))
        elif equals:
            options.given.append((name, value))
        elif next_ and (not option.optional or not _looks_like_an_option(next_[0])):
            options.given.append((name, next_[0]))
            return 1
        elif option.optional:
            options.given.append((name, None))
        else:
            raise OptionFailure(
                f"Option {name} requires an argument", "joptsimple.OptionMissingRequiredArgumentException"
            )
        return 0

    def end(self, message: str) -> NoReturn:
        """Say what is wrong and how the tool is used, and give up."""
        sys.stderr.write(f"{message}\n{self.text}")
        raise Ended(1)

    def help_or_version(self, options: Options, arguments: list[str], message: str) -> None:
        """End here when help or the version is asked for, or nothing at all."""
        if not arguments or options.has("help"):
            self.end(message)
        if options.has("version"):
            sys.stdout.write(f"{_KAFKA_VERSION}\n")
            raise Ended(0)

    def require(self, options: Options, *names: str) -> None:
        for name in names:
            if not options.has(name):
                self.end(f'Missing required argument "[{name}]"')

    def require_one(self, options: Options, *names: str) -> None:
        if sum(options.has(name) for name in names) != 1:
            given = ", ".join(f"[{name}]" for name in names)
            self.end(f"Exactly one of the following arguments is required: {given}")

    def exclude(self, options: Options, used: str, *others: str) -> None:
        """`used` goes with none of `others`."""
        if options.has(used):
            for other in others:
                if options.has(other):
                    self.end(f'Option "[{used}]" can\'t be used with option "[{other}]"')


def _looks_like_an_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _options(text: str) -> list[_Option]:
    """The first column of the table: a new option begins at its left edge, indented lines go on with it."""
    head, _, *lines = text.splitlines()
    width = head.index("Description")
    words: list[str] = []
    for line in lines:
        left = line[:width].rstrip()
        if left.startswith(("--", "* --")):
            words.append(left)
        elif left:
            words[-1] += " " + left.strip()
    return [_option(word) for word in words]


def _option(words: str) -> _Option:
    found = _OPTION.match(words)
    assert found is not None, f"an option that is none: {words}"
    return _Option(found["name"], found["type"], found["bracket"] == "[", found["required"] is not None)
