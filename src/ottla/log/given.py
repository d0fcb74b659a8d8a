"""Batches that bring their offsets and epochs along: a leader's, copied, or the metadata quorum's own."""

from ottla.log.append_refused import AppendRefused
from ottla.log.origin import Origin
from ottla.log.segment import BatchAt
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import batches, validate
from ottla.records.invalid_record import CorruptBatch


class UnexpectedOffset(Exception):
    """The batches begin before the end of the log. An empty log may begin anew at `first_offset`."""

    def __init__(self, message: str, first_offset: int, last_offset: int) -> None:
        super().__init__(message)
        self.first_offset, self.last_offset = first_offset, last_offset


class OffsetsOutOfOrder(Exception):
    """The batches do not ascend: the peer is wrong, or the bytes are."""


def check_given(
    data: memoryview | bytearray | bytes,
    leader_epoch: int,
    log_end: int,
    log_start: int,
    origin: Origin,
    max_bytes: int,
    partition: TopicPartition,
) -> list[BatchAt]:
    """The sound batches at the beginning of `data`; one cut short at its end is left out.

    From the first batch of an epoch above `leader_epoch` on, a follower leaves everything out: it comes
    from a leader that was deposed meanwhile (KAFKA-18723). Raises AppendRefused, CorruptBatch,
    UnexpectedOffset, OffsetsOutOfOrder.
    """
    found: list[BatchAt] = []
    last = -1
    for position, header in batches(data):
        if origin is Origin.RAFT_LEADER and header.leader_epoch != leader_epoch:
            raise AppendRefused(
                ErrorCode.INVALID_RECORD,
                "Append from Raft leader did not set the batch epoch correctly, expected "
                f"{leader_epoch} but the batch has {header.leader_epoch}",
            )
        if origin is Origin.REPLICATION and header.leader_epoch > leader_epoch:
            break
        if origin is not Origin.REPLICATION and header.size > max_bytes:
            raise AppendRefused(
                ErrorCode.MESSAGE_TOO_LARGE,
                f"The record batch size in the append to {partition} is {header.size} bytes "
                f"which exceeds the maximum configured value of {max_bytes}).",
            )
        try:
            validate(data, position, header)
        except CorruptBatch:
            raise CorruptBatch(
                f"Record is corrupt (stored crc = {header.crc}) in topic partition {partition}."
            ) from None
        found.append(BatchAt(position, header))
        if header.last_offset <= last:
            offsets = ",".join(str(at.header.base_offset) for at in found)
            raise OffsetsOutOfOrder(f"Out of order offsets found in append to {partition}: {offsets}")
        last = header.last_offset
    if found and found[0].header.base_offset < log_end:
        first = found[0].header.base_offset
        offsets = ", ".join(str(at.header.base_offset) for at in found[:10])
        raise UnexpectedOffset(
            f"Unexpected offset in append to {partition}. First offset {first} is less than the next offset "
            f"{log_end}. First 10 offsets in append: {offsets}, last offset in append: {last}. "
            f"Log start offset = {log_start}",
            first,
            last,
        )
    return found
