"""I19: compaction keeps the newest record of every key, at its offset, and tombstones for their time."""

from ottla.log.partition_log import PartitionLog
from ottla.model.ids import TopicPartition
from ottla.sim.checkers.acknowledged import records_of
from ottla.sim.history import PartitionHistory, Violation, short

_SLACK_S = 60
"""An acknowledgement may come long after the record was written."""


def check_compacted(name: TopicPartition, history: PartitionHistory, log: PartitionLog, now_s: float) -> None:
    """Hold a compacted log against what clients know of it. Raises Violation."""
    held = records_of(log)
    latest: dict[bytes, int] = {record.key or b"": offset for offset, record in sorted(held.items())}
    newest: dict[bytes, int] = {}
    for offset, acknowledged in sorted(history.acknowledged.items()):
        newest[acknowledged.key] = offset
        if offset in held and held[offset].value != acknowledged.value:
            raise Violation(
                f"I19 {name}@{offset} was acknowledged as {short(acknowledged.value)}, "
                f"the log has {short(held[offset].value)}"
            )
    retention_s = log.config.delete_retention_ms / 1000
    for key, offset in newest.items():
        record = history.acknowledged[offset]
        expired = record.value is None and now_s - record.at_s > retention_s - _SLACK_S
        if latest.get(key, -1) < offset and not expired:
            raise Violation(
                f"I19 {name}@{offset} is the newest record of {key!r}, {short(record.value)}, and gone"
            )
