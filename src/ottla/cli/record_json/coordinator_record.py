"""A record of a coordinator's topic, or why it can't be read, in Kafka's words (`CoordinatorRecordSerde`)."""

from typing import NamedTuple

from ottla.wire.catalogue import coordinator_key_class
from ottla.wire.coordinator_records import decode_coordinator_key, decode_coordinator_value
from ottla.wire.message import Message
from ottla.wire.primitives import ProtocolError, UnsupportedVersion


class UnknownType(Exception):
    """A type from the future, which tools pass over."""

    def __init__(self, type_: int) -> None:
        super().__init__(type_)
        self.type = type_


class Unreadable(Exception):
    """Bytes that are no such record."""


class CoordinatorRecord(NamedTuple):
    """Key and value; no value is a tombstone."""

    key: Message
    value: Message | None
    version: int


def read_record(family: str, key: bytes, value: bytes | None) -> CoordinatorRecord:
    """`family` is `group`, `transaction` or `share`. Raises UnknownType, Unreadable."""
    type_ = _leading_number(key, "key")
    try:
        coordinator_key_class(family, type_)
    except UnsupportedVersion:
        raise UnknownType(type_) from None
    try:
        decoded = decode_coordinator_key(family, key)
    except ProtocolError as error:
        raise Unreadable(_could_not_read(type_, "key", error)) from None
    if value is None:
        return CoordinatorRecord(decoded, None, -1)
    version = _leading_number(value, "value")
    try:
        message, _ = decode_coordinator_value(family, type_, value)
    except UnsupportedVersion:
        raise Unreadable(f"Found an unknown record version {version} for {type_} type") from None
    except ProtocolError as error:
        raise Unreadable(_could_not_read(version, "value", error)) from None
    return CoordinatorRecord(decoded, message, version)


def _leading_number(data: bytes, name: str) -> int:
    if len(data) < 2:
        raise Unreadable(f"Could not read version from {name}'s buffer.")
    return int.from_bytes(data[:2], "big", signed=True)


def _could_not_read(version: int, name: str, error: ProtocolError) -> str:
    return f"Could not read record with version {version} from {name}'s buffer due to: {error}."
