"""Points in time and durations as Kafka's tools read them. Milliseconds."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from ottla.cli.tools.ending import Failure

_DATE_TIME: Final = re.compile(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)(Z|[+-]\d{2}(?::?\d{2})?)")
_DURATION: Final = re.compile(
    r"([-+]?)P(?:([-+]?\d+)D)?(T(?=.)(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?",
    re.IGNORECASE,
)
_PARSE_EXCEPTION: Final = "java.text.ParseException"


def date_time_ms(text: str) -> int:
    """`yyyy-MM-ddTHH:mm:ss.SSS`, with a zone or in UTC, since 1970. Raises Failure."""
    _, separator, time = text.partition("T")
    if not separator:
        message = "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format"
        raise Failure(message, _PARSE_EXCEPTION)
    zoned = text if any(sign in time for sign in "+-Z") else f"{text}Z"
    found = _DATE_TIME.fullmatch(zoned)
    if found is None:
        raise Failure(f'Unparseable date: "{zoned}"', _PARSE_EXCEPTION)
    try:
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        at = datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[8]))
    except ValueError:
        raise Failure(f'Unparseable date: "{zoned}"', _PARSE_EXCEPTION) from None
    return int(at.timestamp()) * 1000 + int(found[7])


def duration_ms(text: str) -> int:
    """`PnDTnHnMn.nS`. Raises Failure."""
    found = _DURATION.fullmatch(text)
    if found is None or not any((found[2], found[4], found[5], found[6])):
        raise Failure("Text cannot be parsed to a Duration", "java.time.format.DateTimeParseException")
    days, hours, minutes, seconds = (int(found[at] or 0) for at in (2, 4, 5, 6))
    fraction = int((found[7] or "").ljust(3, "0")[:3] or 0)
    milliseconds = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    milliseconds += -fraction if (found[6] or "").startswith("-") else fraction
    return -milliseconds if found[1] == "-" else milliseconds


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
