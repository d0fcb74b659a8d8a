"""How the console consumer prints a record: Kafka's message formatters, by the names of their classes."""

from collections.abc import Callable, Mapping
from typing import Final

from ottla.cli.console.deserializers import Deserializer, deserializer
from ottla.cli.tools.ending import Failure
from ottla.cli.tools.log_line import log
from ottla.link.consumer.fetched import ConsumedRecord
from ottla.records.batch import LOG_APPEND_TIME
from ottla.records.records import Header

Formatter = Callable[[ConsumedRecord], bytes]
DEFAULT_FORMATTER: Final = "org.apache.kafka.tools.consumer.DefaultMessageFormatter"
_PACKAGE: Final = "org.apache.kafka.tools.consumer."


def formatter(class_name: str, properties: Mapping[str, str]) -> Formatter | None:
    """None for a class that there isn't here."""
    name = class_name.removeprefix(_PACKAGE)
    if name == class_name:
        return None
    if name in ("DefaultMessageFormatter", "LoggingMessageFormatter"):
        # The logging one logs at info, too, which the tools' log shows nowhere.
        return DefaultFormatter(properties)
    if name == "NoOpMessageFormatter":
        return lambda record: b""
    from ottla.cli.console.coordinator_formatters import coordinator_formatter

    return coordinator_formatter(name)


class DefaultFormatter:
    """What the user asks for, in the order in which Kafka prints it."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        self._timestamp = _flag(properties, "print.timestamp")
        self._partition = _flag(properties, "print.partition")
        self._offset = _flag(properties, "print.offset")
        self._delivery = _flag(properties, "print.delivery")
        self._epoch = _flag(properties, "print.epoch")
        self._headers = _flag(properties, "print.headers")
        self._key = _flag(properties, "print.key")
        self._value = _flag(properties, "print.value", default=True)
        self._separator = properties.get("key.separator", "\t").encode()
        self._line_end = properties.get("line.separator", "\n").encode()
        self._headers_separator = properties.get("headers.separator", ",").encode()
        self._null = properties.get("null.literal", "null").encode()
        self._key_deserializer = _deserializer(properties, "key.deserializer")
        self._value_deserializer = _deserializer(properties, "value.deserializer")
        self._headers_deserializer = _deserializer(properties, "headers.deserializer")

    def __call__(self, record: ConsumedRecord) -> bytes:
        parts = []
        if self._timestamp:
            kind = "LogAppendTime" if record.timestamp_type == LOG_APPEND_TIME else "CreateTime"
            parts.append(f"{kind}:{record.timestamp}".encode())
        if self._partition:
            parts.append(f"Partition:{record.partition.partition}".encode())
        if self._offset:
            parts.append(f"Offset:{record.offset}".encode())
        if self._delivery:
            parts.append(b"Delivery:NOT_PRESENT")
        if self._epoch:
            # The console consumer drops the epoch of the record before it prints it.
            parts.append(b"Epoch:NOT_PRESENT")
        if self._headers:
            parts.append(self._all_headers(record.headers))
        if self._key:
            parts.append(self._deserialized(record.key, self._key_deserializer))
        if self._value:
            parts.append(self._deserialized(record.value, self._value_deserializer))
        return self._separator.join(parts) + self._line_end if parts else b""

    def _all_headers(self, headers: tuple[Header, ...]) -> bytes:
        if not headers:
            return b"NO_HEADERS"
        return self._headers_separator.join(
            f"{name}:".encode() + self._deserialized(value, self._headers_deserializer)
            for name, value in headers
        )

    def _deserialized(self, data: bytes | None, deserialize: Deserializer | None) -> bytes:
        present = self._null if data is None else data
        return present if deserialize is None else deserialize(present).encode()


def _flag(properties: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    text = properties.get(name)
    return default if text is None else text.strip().lower() == "true"


def _deserializer(properties: Mapping[str, str], name: str) -> Deserializer | None:
    class_name = properties.get(name)
    if class_name is None:
        return None
    found = deserializer(class_name)
    if found is None:
        text = f"Unable to instantiate a deserializer from {class_name}"
        missing = Failure(class_name, "java.lang.ClassNotFoundException")
        log("ERROR", text, f"{_PACKAGE}DefaultMessageFormatter", missing)
    return found
