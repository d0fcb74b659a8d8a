"""`--time` of `kafka-get-offsets`, and the failures of which it shows the text alone."""

from typing import Final

from ottla.cli.tools.ending import Failure
from ottla.cli.tools.java_number import LONG, is_number
from ottla.link.admin.offsets import (
    EARLIEST,
    EARLIEST_LOCAL,
    EARLIEST_PENDING_UPLOAD,
    LATEST,
    LATEST_TIERED,
    MAX_TIMESTAMP,
)

_TIMES: Final = {
    "latest": LATEST,
    "earliest": EARLIEST,
    "max-timestamp": MAX_TIMESTAMP,
    "earliest-local": EARLIEST_LOCAL,
    "latest-tiered": LATEST_TIERED,
    "earliest-pending-upload": EARLIEST_PENDING_UPLOAD,
}


class Terse(Failure):
    """A failure that needs no stack trace."""

    java_class = "org.apache.kafka.tools.TerseException"


def timestamp(text: str) -> int:
    """A word or a number. Raises Terse."""
    if text in _TIMES:
        return _TIMES[text]
    if not is_number(text, LONG):
        known = " / ".join(f"{value} or {word}" for word, value in _TIMES.items())
        raise Terse(
            f"Malformed time argument {text}. Please use {known}, or a specified long format timestamp"
        )
    return int(text)
