"""The file that says from which offset on to keep records: JSON, version 1."""

import json
from typing import Any, Final, TypeVar

from ottla.cli.tools.ending import Failure
from ottla.cli.tools.java_order import hash_order, partition_hash
from ottla.model.ids import TopicPartition

_MAPPING: Final = "com.fasterxml.jackson.databind.JsonMappingException"
_OPERATION: Final = "org.apache.kafka.tools.AdminOperationException"
_COMMAND: Final = "org.apache.kafka.tools.AdminCommandFailedException"
_NAMES: Final = {dict: "JSON object", list: "JSON array"}
Part = TypeVar("Part", dict[str, Any], list[Any])


def read_offsets(path: str) -> dict[TopicPartition, int]:
    """Raises Failure."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123  # as quick as it gets
            found = _offsets(file.read())
    except FileNotFoundError:
        missing = Failure(path, "java.nio.file.NoSuchFileException")
        raise Failure(f"Unable to read file {path}", "java.io.IOException") from missing
    twice = [str(name) for name in hash_order(found, partition_hash) if len(found[name]) > 1]
    if twice:
        text = f"Offset json file contains duplicate topic partitions: {','.join(twice)}"
        raise Failure(text, _COMMAND)
    return {name: offsets[0] for name, offsets in found.items()}


def _offsets(text: str) -> dict[TopicPartition, list[int]]:
    whole = _parsed(text)
    top = _as(dict, whole)
    version = _number(top["version"], "Integer", 32) if "version" in top else 1
    if version != 1:
        raise Failure(f"Not supported version field value {version}", _OPERATION)
    if "partitions" not in top:
        raise Failure("Missing partitions field", _OPERATION)
    found: dict[TopicPartition, list[int]] = {}
    for entry in _as(list, top["partitions"]):
        of = _as(dict, entry)
        topic = _field(of, "topic")
        if not isinstance(topic, str):
            raise _unexpected("`String` value", topic)
        partition = _number(_field(of, "partition"), "Integer", 32)
        offset = _number(_field(of, "offset"), "Long", 64)
        found.setdefault(TopicPartition(topic, partition), []).append(offset)
    return found


def _parsed(text: str) -> Any:
    """The first JSON value; what follows it does not matter."""
    try:
        return json.JSONDecoder().raw_decode(text.lstrip())[0]
    except ValueError:
        raise Failure("The input string is not a valid JSON", _OPERATION) from None


def _as(kind: type[Part], value: Any) -> Part:
    if not isinstance(value, kind):
        raise _unexpected(_NAMES[kind], value)
    return value


def _field(of: dict[str, Any], name: str) -> Any:
    if name not in of:
        raise Failure(f"No such field exists: `{name}`", _MAPPING)
    return of[name]


def _number(value: Any, kind: str, bits: int) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise _unexpected(f"`{kind}` value", value)
    return int(value)


def _unexpected(expected: str, value: Any) -> Failure:
    received = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return Failure(f"Expected {expected}, received {received}", _MAPPING)
