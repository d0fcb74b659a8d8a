"""I8, I13 and I18: whole logs. Offsets are dense, checksums hold, sequences have no gap and no repeat."""

from collections.abc import Iterator

from ottla.log.partition_log import PartitionLog
from ottla.records.batch import BatchHeader, batches, validate
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat
from ottla.sim.history import Violation

_SEQUENCES = 1 << 31


def log_bytes(log: PartitionLog) -> bytes:
    """Everything that the log holds, segment after segment."""
    return b"".join(segment.file.read(0, segment.size) for segment in log.segments)


def check_log(log: PartitionLog) -> None:
    """Raises Violation."""
    end, epoch = log.segments.first.base_offset, -1
    next_sequences: dict[tuple[int, int], int] = {}
    for header in _sound(log):
        if header.base_offset < end or (header.base_offset != end and not log.config.compacts):
            raise Violation(f"I8 {log.partition} has a batch at {header.base_offset} where {end} is due")
        if not log.config.compacts and header.last_offset - header.base_offset + 1 != header.record_count:
            raise Violation(f"I8 {log.partition}@{header.base_offset} has {header.record_count} records")
        if header.leader_epoch < epoch:
            raise Violation(
                f"I8 {log.partition}@{header.base_offset} goes back to epoch {header.leader_epoch}"
            )
        end, epoch = header.last_offset + 1, header.leader_epoch
        if not log.config.compacts:
            _check_sequence(log, header, next_sequences)
    if end != log.log_end_offset:
        raise Violation(f"I8 {log.partition} ends at {end} and says {log.log_end_offset}")


def _sound(log: PartitionLog) -> Iterator[BatchHeader]:
    data = log_bytes(log)
    try:
        for position, header in batches(data):
            validate(data, position, header)
            yield header
    except (CorruptBatch, UnsupportedBatchFormat) as error:
        raise Violation(f"I18 {log.partition} holds what is no batch: {error}") from error


def _check_sequence(
    log: PartitionLog, header: BatchHeader, next_sequences: dict[tuple[int, int], int]
) -> None:
    if header.producer_id < 0 or header.is_control:
        return
    key = (header.producer_id, header.producer_epoch)
    due = next_sequences.get(key)
    if due is not None and header.base_sequence != due:
        raise Violation(
            f"I13 {log.partition}@{header.base_offset}: producer {key} wrote "
            f"{header.base_sequence}, {due} is due"
        )
    next_sequences[key] = (header.base_sequence + header.record_count) % _SEQUENCES
