"""The types of configuration values: how text becomes a value and a value text (`ConfigDef.parseType`)."""

from collections.abc import Callable
from typing import Final

from ottla.model.config.config_exception import invalid, java_text

Value = bool | int | float | str | tuple[str, ...] | None

_BITS: Final = {"SHORT": 16, "INT": 32, "LONG": 64}
_JAVA_BLANK: Final = "".join(map(chr, range(33)))
"""What Java's `trim` takes away."""
_BLANK: Final = " \t\n\x0b\f\r"


def parse_type(name: str, text: str, type_: str) -> Value:
    """`text` as a value of `type_`. Raises ConfigException."""
    return _PARSERS[type_](name, text, text.strip(_JAVA_BLANK), type_)


def value_text(value: Value) -> str | None:
    """A parsed value as Kafka shows it to clients: what `parse_type` reads again."""
    if value is None:
        return None
    return ",".join(value) if isinstance(value, tuple) else java_text(value)


def _boolean(name: str, text: str, trimmed: str, type_: str) -> Value:
    lowered = trimmed.lower()
    if lowered not in ("true", "false"):
        raise invalid(name, text, "Expected value to be either true or false")
    return lowered == "true"


def _integer(name: str, text: str, trimmed: str, type_: str) -> Value:
    if trimmed.removeprefix("-" if trimmed.startswith("-") else "+").isdecimal():
        value, limit = int(trimmed), 1 << (_BITS[type_] - 1)
        if -limit <= value < limit:
            return value
    raise invalid(name, text, f"Not a number of type {type_}")


def _double(name: str, text: str, trimmed: str, type_: str) -> Value:
    from ottla.model.config.java_double import parse_double

    try:
        return parse_double(trimmed)
    except ValueError:
        raise invalid(name, text, f"Not a number of type {type_}") from None


def _text(name: str, text: str, trimmed: str, type_: str) -> Value:
    return trimmed


def _list(name: str, text: str, trimmed: str, type_: str) -> Value:
    return tuple(word.strip(_BLANK) for word in trimmed.split(",")) if trimmed else ()


_PARSERS: Final[dict[str, Callable[[str, str, str, str], Value]]] = {
    "BOOLEAN": _boolean,
    "SHORT": _integer,
    "INT": _integer,
    "LONG": _integer,
    "DOUBLE": _double,
    "STRING": _text,
    "PASSWORD": _text,
    "CLASS": _text,
    "LIST": _list,
}
