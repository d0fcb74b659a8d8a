"""`ottla help`: the commands and what each does."""

import ast
import sys
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import ottla.cli

_NOT_COMMANDS = frozenset({"main", "help", "options"})


def run(arguments: list[str]) -> int:
    sys.stdout.write("Ottla: Apache Kafka in Python.\n\nusage: ottla COMMAND [OPTIONS]\n\n")
    for info in iter_modules(ottla.cli.__path__):
        if info.name not in _NOT_COMMANDS and not info.ispkg:
            sys.stdout.write(f"  {info.name.replace('_', '-'):28}{_summary(info.name)}\n")
    sys.stdout.write("\n`ottla COMMAND --help` shows the options of one.\n")
    return 0


def _summary(name: str) -> str:
    """The first line of the command's docstring, read without importing it."""
    spec = find_spec(f"ottla.cli.{name}")
    assert spec is not None, "listed, so it is there"
    source = Path(spec.origin or "").read_text(encoding="utf-8")
    text = ast.get_docstring(ast.parse(source)) or ""
    return text.partition("\n")[0].partition(": ")[2]
