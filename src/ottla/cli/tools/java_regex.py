"""Regular expressions, refused in the words of `java.util.regex`."""

import re
from typing import Final

from ottla.cli.tools.ending import Failure

_SAYINGS: Final = {
    "missing ), unterminated subpattern": "Unclosed group",
    "unbalanced parenthesis": "Unmatched closing ')'",
    "unterminated character set": "Unclosed character class",
    "nothing to repeat": "Dangling meta character",
    "multiple repeat": "Dangling meta character",
    "bad escape (end of pattern)": "Unexpected internal error",
}


def java_pattern(text: str) -> "re.Pattern[str]":
    """Raises Failure."""
    try:
        return re.compile(text)
    except re.error as error:
        description = _SAYINGS.get(error.msg, error.msg)
        unclosed = description.startswith("Unclosed")
        at = len(text) if unclosed else error.pos or 0
        caret = "" if unclosed and description.endswith("group") else f"\n{' ' * at}^"
        message = f"{description} near index {at}\n{text}{caret}"
        raise Failure(message, "java.util.regex.PatternSyntaxException") from None
