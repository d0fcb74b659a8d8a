"""OffsetCommit: where a group continues."""

from ottla.groups.commands import CommitOffsets, OffsetToCommit
from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.records import offset_commit
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition


def commit(step: Step, command: CommitOffsets) -> None:
    """Whoever asks may: the rules of the group's kind have been kept."""
    expires_at_ms = -1 if command.retention_ms == -1 else step.now.wall_ms + command.retention_ms
    errors: list[ErrorCode] = []
    for wanted in command.offsets:
        if _is_longer(wanted.metadata, step.config.offset_metadata_max_bytes):
            errors.append(ErrorCode.OFFSET_METADATA_TOO_LARGE)
            continue
        errors.append(ErrorCode.NONE)
        partition = TopicPartition(wanted.topic, wanted.partition)
        committed = _committed(wanted, step.now.wall_ms, expires_at_ms)
        step.write(offset_commit(command.group_id, partition, committed))
    step.reply(command.ticket, tuple(errors))


def _committed(wanted: OffsetToCommit, wall_ms: int, expires_at_ms: int) -> CommittedOffset:
    return CommittedOffset(
        offset=wanted.offset,
        leader_epoch=wanted.leader_epoch,
        metadata=wanted.metadata or "",
        committed_at_ms=wall_ms,
        expires_at_ms=expires_at_ms,
        topic_id=wanted.topic_id,
        record_offset=-1,  # known once the record is applied
    )


def _is_longer(metadata: str | None, length_max: int) -> bool:
    """In UTF-16 units, of which a character has one or two."""
    if metadata is None or len(metadata) * 2 <= length_max:
        return False
    return len(metadata) + sum(character > "\uffff" for character in metadata) > length_max
