"""What the records of a log mean: text, or the records of coordinators and of the metadata."""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from ottla.cli.record_json.coordinator_record import UnknownType, Unreadable, read_record
from ottla.cli.record_json.message_json import json_text, message_json
from ottla.cli.tools.ending import Failure
from ottla.records.records import Record
from ottla.wire.index import METADATA_RECORDS
from ottla.wire.message import Message
from ottla.wire.messages.consumer_protocol_assignment import ConsumerProtocolAssignment
from ottla.wire.messages.consumer_protocol_subscription import ConsumerProtocolSubscription
from ottla.wire.messages.group_metadata_value import GroupMetadataValue
from ottla.wire.metadata_records import decode_metadata_record
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion

Parser = Callable[[Record], tuple[str | None, str | None]]
"""The key and the value of a record as text; None is not shown."""
_DECODERS: Final = "org.apache.kafka.tools.api."
_FRAME_VERSION: Final = 1
_INT, _LONG = Struct(">i"), Struct(">q")


def decoders(key_class: str, value_class: str) -> Parser:
    """Keys and values by Kafka's decoders. Raises Failure for a class that there isn't here."""
    value, key = _decoder(value_class), _decoder(key_class)

    def parse(record: Record) -> tuple[str | None, str | None]:
        return (
            None if record.key is None else key(record.key),
            None if record.value is None else value(record.value),
        )

    return parse


def coordinator_records(family: str) -> Parser:
    """The records of the `group`, `transaction` or `share` coordinator."""

    def parse(record: Record) -> tuple[str | None, str | None]:
        if record.key is None:
            raise Failure(
                f"Failed to decode message at offset {record.offset} using the specified decoder "
                "(message had a missing key)"
            )
        try:
            return _coordinator_record(family, record.key, record.value)
        except UnknownType as unknown:
            return f"Unknown record type {unknown.type} at offset {record.offset}, skipping.", None
        except Unreadable as error:
            return f"Error at offset {record.offset}, skipping. {error}", None

    return parse


def metadata_records(record: Record) -> tuple[str | None, str | None]:
    """The records of the cluster's metadata, which have no keys."""
    fault = _frame_fault(record.value or b"")
    if fault is not None:
        return None, f"Error at {record.offset}, skipping. {fault}"
    try:
        message, version = decode_metadata_record(record.value or b"")
    except (ProtocolError, UnsupportedVersion) as error:
        return None, f"Error at {record.offset}, skipping. {error}"
    kind = METADATA_RECORDS[message.KEY].module.upper()
    return None, json_text({"type": kind, "version": version, "data": message_json(message, version)})


def _frame_fault(value: bytes) -> str | None:
    """What is wrong with the frame around a metadata record, in Kafka's words."""
    try:
        version = Reader(value).unsigned_varint()
    except ProtocolError:
        return "Error while reading frame version"
    if version == _FRAME_VERSION:
        return None
    if version == 0:
        return (
            "Could not deserialize metadata record with frame version 0. Note that upgrades from the preview "
            "release of KRaft in 2.8 to newer versions are not supported."
        )
    return (
        f"Could not deserialize metadata record due to unknown frame version {version}"
        f"(only frame version {_FRAME_VERSION} is supported)"
    )


def _coordinator_record(family: str, key: bytes, value: bytes | None) -> tuple[str, str]:
    decoded, message, version = read_record(family, key, value)
    key_text = json_text({"type": str(decoded.KEY), "data": message_json(decoded, 0)})
    if message is None:
        return key_text, "<DELETE>"
    data = message_json(message, version)
    if isinstance(message, GroupMetadataValue) and message.protocol_type == "consumer":
        for member, shown in zip(message.members, data["members"], strict=True):
            _replace(shown, "subscription", member.subscription, ConsumerProtocolSubscription)
            _replace(shown, "assignment", member.assignment, ConsumerProtocolAssignment)
    return key_text, json_text({"version": str(version), "data": data})


def _replace(member: dict[str, Any], field: str, data: bytes, message: type[Message]) -> None:
    """What members tell each other is shown, too, where it can be read."""
    source = Reader(data)
    try:
        version = source.int16()
        member[field] = message_json(message.read(source, version), version)
    except (ProtocolError, UnsupportedVersion):
        return


def _decoder(class_name: str) -> Callable[[bytes], str]:
    found = _BY_CLASS.get(class_name)
    if found is None:
        raise Failure("Failed to load decoder class") from Failure(
            class_name, "java.lang.ClassNotFoundException"
        )
    return found


def _number(layout: Struct) -> Callable[[bytes], str]:
    def read(data: bytes) -> str:
        if len(data) < layout.size:
            raise Failure(None, "java.nio.BufferUnderflowException")
        return str(layout.unpack_from(data)[0])

    return read


_BY_CLASS: Final[dict[str, Callable[[bytes], str]]] = {
    f"{_DECODERS}StringDecoder": lambda data: data.decode("utf-8", "replace"),
    f"{_DECODERS}IntegerDecoder": _number(_INT),
    f"{_DECODERS}LongDecoder": _number(_LONG),
}
