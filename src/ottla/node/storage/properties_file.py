"""Text files of keys and values as `java.util.Properties` reads and writes them."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_WRITTEN = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_BLANK = " \t\f"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_properties(content: bytes) -> dict[str, str]:
    """The properties in `content`; of a key that comes twice the last value counts. Raises ValueError."""
    return dict(_split(line) for line in _logical_lines(content.decode("latin-1")))


def properties_text(properties: Mapping[str, str], wall_ms: int) -> bytes:
    """`properties` as a file, an empty comment and the time above them.

    Sorted, so that a reader finds a key.
    """
    lines = ["#", f"#{_date(wall_ms)}"]
    lines += [f"{_escape(key, key=True)}={_escape(value)}" for key, value in sorted(properties.items())]
    return "".join(line + "\n" for line in lines).encode("latin-1")


def _logical_lines(text: str) -> Iterator[str]:
    """Lines without comments and blank ones; one that ends with a lone backslash goes on with the next."""
    waiting: str | None = None
    for raw in re.split(r"\r\n|\r|\n", text):
        line = raw.lstrip(_BLANK)
        if waiting is None and (not line or line[0] in "#!"):
            continue
        line = line if waiting is None else waiting + line
        backslashes = len(line) - len(line.rstrip("\\"))
        if backslashes % 2:
            waiting = line[:-1]
        else:
            waiting = None
            yield line
    if waiting is not None:
        yield waiting


def _split(line: str) -> tuple[str, str]:
    """At the first `=`, `:` or blank that is not escaped; blanks around it don't count."""
    at = 0
    while at < len(line) and line[at] not in "=:" + _BLANK:
        at += 2 if line[at] == "\\" else 1
    value = line[at:].lstrip(_BLANK)
    if value[:1] in ("=", ":"):
        value = value[1:].lstrip(_BLANK)
    return _unescape(line[:at]), _unescape(value)


def _unescape(text: str) -> str:
    def replaced(escape: re.Match[str]) -> str:
        if escape[1] is not None:
            return chr(int(escape[1], 16))
        if escape[2] == "u":
            raise ValueError("Malformed \\uxxxx encoding.")
        return _ESCAPES.get(escape[2], escape[2])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", replaced, text, flags=re.DOTALL)


def _escape(text: str, *, key: bool = False) -> str:
    out = []
    for at, char in enumerate(text):
        if char in _WRITTEN:
            out.append(_WRITTEN[char])
        elif char in "=:#!\\" or (char == " " and (key or at == 0)):
            out.append("\\" + char)
        elif not " " <= char <= "~":
            out.append(f"\\u{ord(char):04X}")
        else:
            out.append(char)
    return "".join(out)


def _date(wall_ms: int) -> str:
    """As `java.util.Date` prints it, in UTC."""
    at = datetime.fromtimestamp(wall_ms / 1000, UTC)
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at:%d %H:%M:%S} UTC {at.year}"
