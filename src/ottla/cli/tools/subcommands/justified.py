"""Text in lines of equal width, as argparse4j sets it: the spaces of a line grow until it fills the width."""

import re
from typing import Final

_PIECE: Final = re.compile(r".*?(?:\s+|-+(?=[^\s-])|[.,:;!?%]+(?=[^\s\d.,:;!?%])|$)", re.DOTALL)
"""Up to where a line may end: behind blanks, dashes, and signs that end a word."""


def justified(text: str, width: int, indent: int = 0, taken: int = 0) -> str:
    """`text` in lines of `width`, of which each but the last has room for the blank behind it, too.

    `taken` of the first line is used already. There is no line end at the end.
    """
    lines: list[str] = []
    line, room = "", width - taken
    for piece in _PIECE.findall(text):
        if line and len(line) + len(piece) > room:
            lines.append(_filled(line.rstrip(), room))
            line, room = "", width - indent
        line += piece
    lines.append(line.rstrip())
    return f"\n{' ' * indent}".join(lines)


def _filled(line: str, width: int) -> str:
    """The spaces in the middle take what does not divide evenly."""
    words = line.split(" ")
    gaps = len(words) - 1
    if not gaps:
        return line
    each, rest = divmod(width - len(line), gaps)
    first = (gaps - rest + 1) // 2
    wide = range(first, first + rest)
    return words[0] + "".join(" " * (1 + each + (at in wide)) + word for at, word in enumerate(words[1:]))
