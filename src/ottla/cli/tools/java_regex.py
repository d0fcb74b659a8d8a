"""Regular expressions, refused in the words of `java.util.regex`."""

import re
from typing import NamedTuple

from ottla.cli.tools.ending import Failure


class _Saying(NamedTuple):
    """What Java says, and how far from where Python sees the fault; None: at the end of the pattern."""

    text: str
    shift: int | None


_RANGE = "bad character range"
_SAYINGS = {
    _RANGE: _Saying("Illegal character range", 2),
    "missing ), unterminated subpattern": _Saying("Unclosed group", None),
    "unbalanced parenthesis": _Saying("Unmatched closing ')'", -1),
    "unterminated character set": _Saying("Unclosed character class", None),
    "nothing to repeat": _Saying("Dangling meta character", 0),
    "multiple repeat": _Saying("Dangling meta character", 0),
    "bad escape (end of pattern)": _Saying("Unexpected internal error", None),
    "unexpected end of pattern": _Saying("Unknown inline modifier", None),
}


def java_pattern(text: str) -> "re.Pattern[str]":
    """Raises Failure."""
    try:
        return re.compile(text)
    except re.error as error:
        raise Failure(_message(text, error), "java.util.regex.PatternSyntaxException") from None


def _message(text: str, error: re.error) -> str:
    kind = _RANGE if error.msg.startswith(_RANGE) else error.msg
    saying = _SAYINGS.get(kind, _Saying(kind, 0))
    at = (error.pos or 0) + saying.shift if saying.shift is not None else len(text)
    words = saying.text
    if words == "Dangling meta character":
        words += f" '{text[at]}'"
    if words == "Unclosed character class":
        at -= 1
    where = f" near index {at}" if at >= 0 else ""
    caret = f"\n{' ' * at}^" if 0 <= at < len(text) else ""
    return f"{words}{where}\n{text}{caret}"
