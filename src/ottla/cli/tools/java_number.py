"""Whole numbers as Java reads them: a sign, digits, and an end to what fits in."""

import re
from typing import Final

from ottla.cli.tools.ending import Failure

_DIGITS: Final = re.compile(r"[+-]?[0-9]+")
INT, LONG = 32, 64
"""Their bits."""


def is_number(text: str, bits: int) -> bool:
    limit = 1 << (bits - 1)
    return _DIGITS.fullmatch(text) is not None and -limit <= int(text) < limit


def number(text: str, bits: int = INT) -> int:
    """Raises Failure in Java's words."""
    if not is_number(text, bits):
        raise Failure(f'For input string: "{text}"', "java.lang.NumberFormatException")
    return int(text)
