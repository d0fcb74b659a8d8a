"""I1 for one node: what was acknowledged, and what was read, is in the log at its offset."""

from ottla.log.partition_log import PartitionLog
from ottla.model.ids import TopicPartition
from ottla.records.batch import batches
from ottla.records.records import Record, records
from ottla.sim.checkers.dense_logs import log_bytes
from ottla.sim.history import PartitionHistory, Violation, short


def records_of(log: PartitionLog) -> dict[int, Record]:
    """Every record but the control records, by offset."""
    data = log_bytes(log)
    return {
        record.offset: record
        for position, header in batches(data)
        if not header.is_control
        for record in records(data, position, header)
    }


def check_survival(name: TopicPartition, history: PartitionHistory, log: PartitionLog) -> None:
    """Raises Violation for an acknowledged or read record that is gone or another."""
    held = records_of(log)
    acknowledged = {offset: record.value for offset, record in history.acknowledged.items()}
    for kind, seen in (("acknowledged", acknowledged), ("read", history.read)):
        for offset, value in sorted(seen.items()):
            if offset < log.log_start_offset:
                continue
            if offset not in held or held[offset].value != value:
                has = short(held[offset].value) if offset in held else "nothing"
                raise Violation(f"I1 {name}@{offset} was {kind} as {short(value)}, the log has {has}")
