"""Usage and help of a program and its commands, set as argparse4j sets them."""

from collections.abc import Iterator, Sequence
from typing import Final

from ottla.cli.tools.subcommands.grammar import Argument, Command, OneOf
from ottla.cli.tools.subcommands.justified import justified

_WIDTH: Final = 75
_COLUMN: Final = 25
"""Where helps begin."""


def usage(program: str, command: Command, name: str = "") -> str:
    """`name` when it is one of the program's commands. Ends with a line end."""
    lines, line = [], f"usage: {program} {name} [-h]" if name else f"usage: {program} [-h]"
    indent = " " * len(f"usage: {program} ")
    for item in _items(command):
        if len(line) + 1 + len(item) > _WIDTH:
            lines.append(line)
            line = indent + item
        else:
            line += f" {item}"
    return "\n".join([*lines, line, ""])


def help_text(program: str, command: Command, name: str = "") -> str:
    parts = [usage(program, command, name), "\n"]
    if command.commands:
        listed = f"  {{{','.join(command.commands)}}}\n"
        helps = [_entry(f"    {each}", sub.help) for each, sub in command.commands.items()]
        parts += [f"{command.help}\n\n", "positional arguments:\n", listed, *helps, "\n"]
    parts += ["optional arguments:\n", _entry("  -h, --help", "show this help message and exit")]
    for argument in command.arguments:
        head = ", ".join(f"{each}{argument.value}" for each in argument.names)
        parts.append(_entry(f"  {head}", argument.help))
    return "".join(parts)


def complaint(program: str, message: str, suggestions: Sequence[str] = ()) -> str:
    """What is wrong, and what may have been meant."""
    text = justified(f"{program}: error: {message}\n", _WIDTH) + "\n"
    if suggestions:
        text += "".join(["\nDid you mean:\n", *(f"\t{each}\n" for each in suggestions)])
    return text


def _items(command: Command) -> Iterator[str]:
    for argument in command.parts:
        if isinstance(argument, Argument):
            text = f"{argument.names[0]}{argument.value}"
            yield text if argument.required else f"[{text}]"
    for group in command.groups:
        yield from _alternatives(group)
    if command.commands:
        yield f"{{{','.join(command.commands)}}}"
        yield "..."


def _alternatives(group: OneOf) -> Iterator[str]:
    left, right = "()" if group.required else "[]"
    texts = [f"{each.names[0]}{each.value}" for each in group.arguments]
    texts[0] = left + texts[0]
    yield from (f"{text} |" for text in texts[:-1])
    yield texts[-1] + right


def _entry(head: str, text: str) -> str:
    gap = f"\n{' ' * _COLUMN}" if len(head) > _COLUMN - 2 else " " * (_COLUMN - len(head))
    return f"{head}{gap}{justified(text, _WIDTH, _COLUMN, _COLUMN)}\n"
