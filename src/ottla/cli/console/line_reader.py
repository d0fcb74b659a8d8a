"""Lines of text as records: keys, headers and nulls inside a line (Kafka's `LineMessageReader`)."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from ottla.cli.tools.ending import Failure
from ottla.cli.tools.java_split import dropped_end
from ottla.records.records import Header

_KAFKA_EXCEPTION = "org.apache.kafka.common.KafkaException"


class Line(NamedTuple):
    """One record that a line stands for."""

    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]


class LineReader:
    """Reads lines by the reader properties. Raises Failure for properties or lines that don't fit."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        self._parse_key = _is_true(properties.get("parse.key"))
        self._parse_headers = _is_true(properties.get("parse.headers"))
        self._ignore_error = _is_true(properties.get("ignore.error"))
        self._key_separator = properties.get("key.separator", "\t")
        self._headers_delimiter = properties.get("headers.delimiter", "\t")
        self._headers_separator = properties.get("headers.separator", ",")
        self._headers_pattern = re.compile(self._headers_separator)
        self._headers_key_separator = properties.get("headers.key.separator", ":")
        self._null_marker = properties.get("null.marker")
        self._check_separators()
        self._line_number = 0

    def read(self, line: str) -> Line:
        """The record in one line, without its end."""
        self._line_number += 1
        headers = self._part(self._parse_headers, line, 0, self._headers_delimiter, "headers delimiter")
        at = 0 if headers is None else len(headers) + len(self._headers_delimiter)
        key = self._part(self._parse_key, line, at, self._key_separator, "key separator")
        at += 0 if key is None else len(key) + len(self._key_separator)
        return Line(self._bytes(key), self._bytes(line[at:]), self._headers(headers))

    def _part(self, enabled: bool, line: str, start: int, separator: str, name: str) -> str | None:
        if not enabled:
            return None
        end = line.find(separator, start)
        if end >= 0:
            return line[start:end]
        if self._ignore_error:
            return None
        raise Failure(f"No {name} found on line number {self._line_number}: '{line}'", _KAFKA_EXCEPTION)

    def _bytes(self, text: str | None) -> bytes | None:
        return None if text is None or text == self._null_marker else text.encode("utf-8", "replace")

    def _headers(self, text: str | None) -> tuple[Header, ...]:
        if text is None or text == self._null_marker:
            return ()
        return tuple(self._header(part) for part in dropped_end(self._headers_pattern.split(text)))

    def _header(self, pair: str) -> Header:
        name, separator, value = pair.partition(self._headers_key_separator)
        if not separator:
            if self._ignore_error:
                return pair, None
            raise Failure(
                f"No header key separator found in pair '{pair}' on line number {self._line_number}",
                _KAFKA_EXCEPTION,
            )
        if name == self._null_marker:
            raise Failure(
                f"Header keys should not be equal to the null marker '{self._null_marker}' "
                "as they can't be null",
                _KAFKA_EXCEPTION,
            )
        return name, self._bytes(value)

    def _check_separators(self) -> None:
        delimiter, separator = self._headers_delimiter, self._headers_separator
        key_separator, marker = self._headers_key_separator, self._null_marker
        for one, other, names in (
            (delimiter, separator, "headers.delimiter and headers.separator"),
            (delimiter, key_separator, "headers.delimiter and headers.key.separator"),
            (separator, key_separator, "headers.separator and headers.key.separator"),
            (self._key_separator, marker, "null.marker and key.separator"),
            (separator, marker, "null.marker and headers.separator"),
            (delimiter, marker, "null.marker and headers.delimiter"),
            (key_separator, marker, "null.marker and headers.key.separator"),
        ):
            if one == other:
                raise Failure(f"{names} may not be equal", _KAFKA_EXCEPTION)


def _is_true(text: str | None) -> bool:
    return text is not None and text.strip().lower() == "true"
