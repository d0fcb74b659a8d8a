"""The classes behind the index, each imported when it is first asked for."""

from functools import cache
from importlib import import_module
from typing import TypeVar

from ottla.wire.entry import CoordinatorRecord
from ottla.wire.index import BY_KEY, CONTROL_RECORDS, COORDINATOR_RECORDS, METADATA_RECORDS
from ottla.wire.message import Message
from ottla.wire.primitives import UnsupportedVersion

Row = TypeVar("Row")


@cache
def request_class(key: int) -> type[Message]:
    """`UnsupportedVersion` for an API key that Kafka 4.3 does not know; so for all below."""
    return message_class(_known(BY_KEY, key, "api key").request)


@cache
def response_class(key: int) -> type[Message]:
    return message_class(_known(BY_KEY, key, "api key").response)


@cache
def metadata_record_class(type_: int) -> type[Message]:
    record = _known(METADATA_RECORDS, type_, "metadata record type")
    return message_class((record.module, record.name))


@cache
def control_record_class(type_: int) -> type[Message]:
    record = _known(CONTROL_RECORDS, type_, "control record type")
    return message_class((record.module, record.name))


@cache
def coordinator_key_class(family: str, type_: int) -> type[Message]:
    """`family` is `group`, `transaction` or `share`."""
    return message_class(_coordinator_record(family, type_).key)


@cache
def coordinator_value_class(family: str, type_: int) -> type[Message]:
    return message_class(_coordinator_record(family, type_).value)


def message_class(place: tuple[str, str]) -> type[Message]:
    """The class at a place of the index: module and name."""
    module, name = place
    found: type[Message] = getattr(import_module(f"ottla.wire.messages.{module}"), name)
    assert issubclass(found, Message), f"{name} is no message"
    return found


def _coordinator_record(family: str, type_: int) -> CoordinatorRecord:
    return _known(COORDINATOR_RECORDS[family], type_, f"{family} coordinator record type")


def _known(rows: dict[int, Row], number: int, kind: str) -> Row:
    row = rows.get(number)
    if row is None:
        raise UnsupportedVersion(f"Unsupported {kind} {number}")
    return row
