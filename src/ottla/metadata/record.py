"""A record of the metadata log with the version it is written in, and the refusal to replay one."""

from typing import NamedTuple

from ottla.wire.message import Message


class MetadataRecord(NamedTuple):
    """What `wire.metadata_records` encodes and decodes: a generated record and its version."""

    message: Message
    version: int


class ReplayError(Exception):
    """A committed record breaks a rule of replay: the log and this software disagree, and the node must stop.

    The text names the record's type and the rule, never the record's fields as a whole: some hold secrets.
    """

    def __init__(self, record: Message, rule: str) -> None:
        super().__init__(f"Unable to replay {type(record).__name__}: {rule}")
        self.record = record
        self.rule = rule
