"""Ids as the user writes them, refused in the words of Java's decoder."""

from ottla.cli.tools.ending import IllegalArgument
from ottla.model.uuid import Uuid, parse_uuid

_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_LENGTH_MAX = 24


def given_uuid(text: str) -> Uuid:
    """Raises IllegalArgument."""
    if len(text) <= _LENGTH_MAX:
        wrong = next((sign for sign in text.rstrip("=") if sign not in _ALPHABET), None)
        if wrong is not None:
            raise IllegalArgument(f"Illegal base64 character {ord(wrong):x}")
        if len(text) % 4 == 1:
            raise IllegalArgument("Last unit does not have enough valid bits")
    try:
        return parse_uuid(text)
    except ValueError as error:
        raise IllegalArgument(str(error)) from None
