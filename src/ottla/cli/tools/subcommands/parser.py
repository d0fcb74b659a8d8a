"""Reads the command line of a program with commands."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ottla.cli.tools.ending import Failure
from ottla.cli.tools.java_number import INT, is_number
from ottla.cli.tools.subcommands.explained import help_text, usage
from ottla.cli.tools.subcommands.grammar import Argument, Command, Given, Kind
from ottla.cli.tools.subcommands.suggestions import suggestions

_HELP: Final = ("-h", "--help")
_NEGATIVE: Final = re.compile(r"-\d+")


class HelpAsked(Exception):
    """The text is the help."""


class ArgumentFailure(Failure):
    """The command line is not what the grammar allows.

    `usage` is that of the command it belongs to, `suggestions` are words that may have been meant.
    """

    java_class = "net.sourceforge.argparse4j.inf.ArgumentParserException"

    def __init__(self, message: str, usage: str = "", suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.usage = usage
        self.suggestions = suggestions


def parse(program: str, grammar: Command, arguments: list[str]) -> Given:
    """Raises HelpAsked, ArgumentFailure."""
    given = Given()
    _Reader(program, grammar, "", given).read(arguments)
    return given


class _Reader:
    def __init__(self, program: str, command: Command, name: str, given: Given) -> None:
        self._program, self._command, self._name = program, command, name
        self._given = given
        self._words: list[str] = []

    def read(self, words: list[str]) -> None:
        self._words = list(words)
        while self._words:
            word = self._words.pop(0)
            if word in _HELP:
                raise HelpAsked(help_text(self._program, self._command, self._name))
            if _is_flag(word):
                self._take(word)
            elif self._command.commands:
                self._enter(word)
                return
            else:
                raise self._failure(f"unrecognized arguments: '{word}'")
        if self._command.commands:
            raise self._failure("too few arguments")
        self._check_required()

    def _enter(self, word: str) -> None:
        name = self._command_of(word)
        self._check_required()
        self._given.command = name
        command = self._command.commands[name]
        _Reader(self._program, command, name, self._given).read(self._words)

    def _command_of(self, word: str) -> str:
        names = self._command.commands
        found = [word] if word in names else [name for name in names if word and name.startswith(word)]
        if len(found) > 1:
            raise self._failure(f"ambiguous command: {word} could match {', '.join(sorted(found))}")
        if not found:
            choices = ", ".join(f"'{name}'" for name in names)
            near = suggestions(word, names)
            raise self._failure(f"invalid choice: '{word}' (choose from {choices})", near)
        return found[0]

    def _take(self, word: str) -> None:
        name, equals, value = word.partition("=")
        argument = self._argument(name)
        if argument is None:
            argument, value = self._short(word)
            equals = value
        if argument is None:
            longs = [each.names[0] for each in self._command.arguments]
            near = suggestions(name, longs) if word.startswith("--") else []
            raise self._failure(f"unrecognized arguments: '{word}'", near)
        self._check_exclusive(argument)
        if argument.kind is Kind.FLAG:
            if equals:
                raise self._failure(f"argument {argument.shown}: ignore implicit argument '{value}'")
        elif not equals:
            if not self._words or _is_flag(self._words[0]):
                raise self._failure(f"argument {argument.shown}: expected one argument")
            value = self._words.pop(0)
        if argument.kind is Kind.NUMBER and not is_number(value, INT):
            raise self._failure(
                f"argument {argument.shown}: could not convert '{value}' to Integer "
                f'(For input string: "{value}")'
            )
        self._given.values.setdefault(argument.name, []).append(value)

    def _argument(self, name: str) -> Argument | None:
        """By its whole name, or by what only one long name begins with."""
        for argument in self._command.arguments:
            if name in argument.names:
                return argument
        if not name.startswith("--"):
            return None
        named = {each.names[0]: each for each in self._command.arguments}
        found = sorted(long for long in named if long.startswith(name))
        if len(found) > 1:
            raise self._failure(f"ambiguous option: {name} could match {', '.join(found)}")
        return named[found[0]] if found else None

    def _short(self, word: str) -> tuple[Argument | None, str]:
        """`-bVALUE`."""
        for argument in self._command.arguments:
            if argument.kind is not Kind.FLAG and word[:2] in argument.names:
                return argument, word[2:]
        return None, ""

    def _check_exclusive(self, argument: Argument) -> None:
        for group in self._command.groups:
            for other in group.arguments:
                if argument in group.arguments and other is not argument and self._given.has(other.name):
                    raise self._failure(f"argument {argument.shown}: not allowed with argument {other.shown}")

    def _check_required(self) -> None:
        for argument in self._command.arguments:
            if argument.required and not self._given.has(argument.name):
                raise self._failure(f"argument {argument.shown} is required")
        for group in self._command.groups:
            if group.required and not _any_given(group.arguments, self._given):
                shown = " ".join(each.shown for each in group.arguments)
                raise self._failure(f"one of the arguments {shown} is required")

    def _failure(self, message: str, near: Sequence[str] = ()) -> ArgumentFailure:
        return ArgumentFailure(message, usage(self._program, self._command, self._name), near)


def _is_flag(word: str) -> bool:
    return word.startswith("-") and word != "-" and not _NEGATIVE.fullmatch(word)


def _any_given(arguments: Iterable[Argument], given: Given) -> bool:
    return any(given.has(argument.name) for argument in arguments)
