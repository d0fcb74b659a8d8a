"""Formatters for the topics of coordinators: key and value as JSON (`CoordinatorRecordMessageFormatter`)."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from ottla.cli.record_json.coordinator_record import UnknownType, Unreadable, read_record
from ottla.cli.record_json.message_json import json_text, message_json
from ottla.cli.tools.ending import Failure
from ottla.link.consumer.fetched import ConsumedRecord

_OFFSET_COMMITS, _GROUP_METADATA = (0, 1), (2,)
_SHARE_GROUPS = (10, 11, 12, 13, 14, 15)


def coordinator_formatter(name: str) -> "CoordinatorFormatter | None":
    """None for a class that there isn't here."""
    return _BY_NAME.get(name)


@dataclass(frozen=True, slots=True)
class CoordinatorFormatter:
    """One family of records; `types` are shown, all of them without it."""

    family: str
    types: Container[int] | None = None

    def __call__(self, record: ConsumedRecord) -> bytes:
        """Nothing for records of other types, and for types from the future. No line end, as in Kafka."""
        if record.key is None:
            return b""
        try:
            key, value, version = read_record(self.family, record.key, record.value)
        except UnknownType:
            return b""
        except Unreadable as error:
            raise Failure(f"Could not read record at offset {record.offset} due to: {error}") from error
        if self.types is not None and key.KEY not in self.types:
            return b""
        shown = {"key": {"type": key.KEY, "data": message_json(key, 0)}, "value": None}
        if value is not None:
            shown["value"] = {"version": version, "data": message_json(value, version)}
        return json_text(shown).encode()


_BY_NAME: Final = {
    "OffsetsMessageFormatter": CoordinatorFormatter("group", _OFFSET_COMMITS),
    "GroupMetadataMessageFormatter": CoordinatorFormatter("group", _GROUP_METADATA),
    "ShareGroupMessageFormatter": CoordinatorFormatter("group", _SHARE_GROUPS),
    "TransactionLogMessageFormatter": CoordinatorFormatter("transaction"),
    "group.share.ShareGroupStateMessageFormatter": CoordinatorFormatter("share"),
}
