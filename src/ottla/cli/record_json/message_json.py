"""A message as JSON, with the fields that its version has (Kafka's generated `JsonConverter`s)."""

import json
from base64 import b64encode
from typing import Any

from ottla.cli.record_json.fields import FIELDS
from ottla.model.uuid import uuid_text
from ottla.wire.message import Message


def message_json(message: Message, version: int) -> dict[str, Any]:
    """Fields in their order. A tagged field is left out while it holds its default; ids are text."""
    kind = type(message)
    defaults = kind()
    found = {}
    for name, attribute, low, high, tagged, is_uuid in FIELDS[f"{_module(kind)}.{kind.__name__}"]:
        if not low <= version <= high:
            continue
        value = getattr(message, attribute)
        if not tagged or value != getattr(defaults, attribute):
            found[name] = _json(value, version, is_uuid=is_uuid)
    return found


def json_text(value: Any) -> str:
    """Without blanks, as Kafka's tools write it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _json(value: Any, version: int, *, is_uuid: bool) -> Any:
    if isinstance(value, Message):
        return message_json(value, version)
    if isinstance(value, list):
        return [_json(each, version, is_uuid=is_uuid) for each in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return uuid_text(bytes(value)) if is_uuid else b64encode(value).decode()
    return value


def _module(kind: type[Message]) -> str:
    return kind.__module__.rpartition(".")[2]
