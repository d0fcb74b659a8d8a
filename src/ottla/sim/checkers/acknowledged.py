"""I1 for one node: what was acknowledged, and what was read, is in the log at its offset."""

from ottla.log.partition_log import PartitionLog
from ottla.model.ids import TopicPartition
from ottla.records.batch import batches
from ottla.records.records import records
from ottla.sim.checkers.dense_logs import log_bytes
from ottla.sim.history import PartitionHistory, Violation


def values_of(log: PartitionLog) -> dict[int, bytes]:
    """Every record's value, by offset."""
    data = log_bytes(log)
    return {
        record.offset: record.value or b""
        for position, header in batches(data)
        if not header.is_control
        for record in records(data, position, header)
    }


def check_survival(name: TopicPartition, history: PartitionHistory, log: PartitionLog) -> None:
    """Raises Violation for an acknowledged or read record that is gone or another."""
    held = values_of(log)
    for kind, seen in (("acknowledged", history.acknowledged), ("read", history.read)):
        for offset, value in sorted(seen.items()):
            if offset < log.log_start_offset:
                continue
            if held.get(offset) != value:
                raise Violation(
                    f"I1 {name}@{offset} was {kind} as {value[:20]!r}, the log has {held.get(offset)!r}"
                )


def newest_by_key(log: PartitionLog) -> dict[bytes, bytes]:
    """I19: what a compacted log must keep: the last value of every key."""
    data = log_bytes(log)
    newest: dict[bytes, bytes] = {}
    for position, header in batches(data):
        for record in records(data, position, header):
            if record.value is None:
                newest.pop(record.key or b"", None)
            else:
                newest[record.key or b""] = record.value
    return newest
