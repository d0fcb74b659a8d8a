"""Kafka's deserializers, as far as what they give can be printed."""

from collections.abc import Callable
from struct import Struct
from typing import Final
from uuid import UUID

from ottla.cli.tools.ending import Failure

Deserializer = Callable[[bytes], str]
_PACKAGE: Final = "org.apache.kafka.common.serialization."
_SERIALIZATION_EXCEPTION: Final = "org.apache.kafka.common.errors.SerializationException"
_SHORT, _INT, _LONG, _FLOAT, _DOUBLE = (Struct(code) for code in (">h", ">i", ">q", ">f", ">d"))


def deserializer(class_name: str) -> Deserializer | None:
    """None for a class that there isn't here."""
    return _BY_CLASS.get(class_name.removeprefix(_PACKAGE)) if class_name.startswith(_PACKAGE) else None


def _string(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _number(name: str, layout: Struct) -> Deserializer:
    def read(data: bytes) -> str:
        _check_size(name, data, layout.size)
        return str(layout.unpack(data)[0])

    return read


def _boolean(data: bytes) -> str:
    _check_size("BooleanDeserializer", data, 1)
    if data[0] > 1:
        raise Failure(f"Unexpected byte received by BooleanDeserializer: {data[0]}", _SERIALIZATION_EXCEPTION)
    return "true" if data[0] else "false"


def _double(data: bytes) -> str:
    from ottla.model.config.java_double import double_text

    _check_size("DoubleDeserializer", data, 8)
    return double_text(_DOUBLE.unpack(data)[0])


def _float(data: bytes) -> str:
    """The shortest text that is this float and no other."""
    from ottla.model.config.java_double import double_text

    _check_size("FloatDeserializer", data, 4)
    (value,) = _FLOAT.unpack(data)
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if _FLOAT.pack(short) == data:
            return double_text(short)
    return double_text(value)


def _uuid(data: bytes) -> str:
    text = _string(data)
    try:
        return str(UUID(text))
    except ValueError:
        raise Failure(f"Error parsing data into UUID: {text}", _SERIALIZATION_EXCEPTION) from None


def _bytes(data: bytes) -> str:
    """As `org.apache.kafka.common.utils.Bytes` prints itself."""
    return "".join(chr(each) if 32 <= each < 127 else f"\\x{each:02X}" for each in data)


def _check_size(name: str, data: bytes, size: int) -> None:
    if len(data) != size:
        raise Failure(f"Size of data received by {name} is not {size}", _SERIALIZATION_EXCEPTION)


_BY_CLASS: Final[dict[str, Deserializer]] = {
    "StringDeserializer": _string,
    "ShortDeserializer": _number("ShortDeserializer", _SHORT),
    "IntegerDeserializer": _number("IntegerDeserializer", _INT),
    "LongDeserializer": _number("LongDeserializer", _LONG),
    "FloatDeserializer": _float,
    "DoubleDeserializer": _double,
    "BooleanDeserializer": _boolean,
    "UUIDDeserializer": _uuid,
    "BytesDeserializer": _bytes,
}
