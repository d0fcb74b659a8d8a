"""Recovering one segment after a crash: what is sound stays, the torn rest goes (`LogSegment.recover`).

All batches are read and their checksums verified; indexes, the transaction index, leader epochs and
producers are made anew from them. Running it again changes nothing.
"""

from collections.abc import Generator
from struct import Struct
from zlib import crc32

from ottla.log.leader_epochs import LeaderEpochs
from ottla.log.origin import Origin
from ottla.log.producer_log import ProducerLog
from ottla.log.producer_state import Staged
from ottla.log.segment import Segment
from ottla.records.batch import (
    HEADER_SIZE,
    MAGIC,
    MAGIC_AT,
    BatchHeader,
    batch_size,
    check_magic,
    read_header,
    validate,
)
from ottla.records.invalid_record import CorruptBatch

_BLOCK_BYTES = 1024 * 1024
_LEGACY_CRC_AT = 12
_LEGACY_CRC = Struct(">I").unpack_from
_STEP_BYTES = 8 * 1024 * 1024
_STEP_BATCHES = 1000


class SegmentOverflow(Exception):
    """A batch lies further from its segment's base than an index can say, as before Kafka 1.1."""


def recover_segment(
    segment: Segment, producers: ProducerLog, epochs: LeaderEpochs
) -> Generator[None, None, int]:
    """Bring `segment` in order; returns how many bytes were cut off its end.

    A generator of short steps. `producers` hold the state at the segment's base when it begins, and the
    state behind its last batch when it ends. Raises UnsupportedBatchFormat, SegmentOverflow, OSError.
    """
    segment.forget_indexes()
    position = 0
    step_end, batches = _STEP_BYTES, 0
    for at, header, data in _sound_batches(segment):
        _learn(segment, producers, epochs, at, header, data)
        position, batches = at + header.size, batches + 1
        if position >= step_end or batches == _STEP_BATCHES:
            step_end, batches = position + _STEP_BYTES, 0
            yield
    lost = segment.file.size() - position
    segment.size = position
    segment.become_inactive()
    return lost


def _learn(
    segment: Segment,
    producers: ProducerLog,
    epochs: LeaderEpochs,
    position: int,
    header: BatchHeader,
    data: memoryview,
) -> None:
    segment.note(position, header.size, header.last_offset, header.max_timestamp)
    if header.leader_epoch >= 0:
        epochs.observe(header.leader_epoch, header.base_offset)
    if header.producer_id >= 0:
        staged = Staged()
        producers.state.stage(staged, data, 0, header, header.base_offset, Origin.REPLICATION)
        producers.appended(staged, segment)
    producers.end_offset = header.last_offset + 1


def _check_format(block: bytes, at: int, size: int) -> None:
    """Refuse a message of the old formats, but only a sound one: a torn header may look like one.

    Raises CorruptBatch, UnsupportedBatchFormat.
    """
    magic = block[at + MAGIC_AT]
    if magic < MAGIC and _LEGACY_CRC(block, at + _LEGACY_CRC_AT)[0] != crc32(
        block[at + MAGIC_AT : at + size]
    ):
        raise CorruptBatch(f"What stands at {at} is no message of format {magic} either")
    check_magic(magic)


def _sound_batches(segment: Segment) -> Generator[tuple[int, BatchHeader, memoryview], None, None]:
    """Position, header and bytes of each batch up to the first that is damaged, torn or out of place."""
    end = segment.file.size()
    block, start, position, next_offset, epoch = b"", 0, 0, segment.base_offset, -1
    while position + HEADER_SIZE <= end:
        if position + HEADER_SIZE > start + len(block):
            block, start = segment.file.read(position, _BLOCK_BYTES), position
        try:
            size = batch_size(block, position - start)
            if position + size > end:
                return
            if position + size > start + len(block):
                block, start = segment.file.read(position, max(size, _BLOCK_BYTES)), position
            _check_format(block, position - start, size)
            header = read_header(block, position - start)
            validate(block, position - start, header)
        except CorruptBatch:
            return
        if header.base_offset < next_offset or header.last_offset_delta < 0:
            return
        if 0 <= header.leader_epoch < epoch:
            # Cut off before the crash, and back because the cut did not reach the medium.
            return
        if header.last_offset > segment.offset_max:
            raise SegmentOverflow(
                f"Detected offset overflow at offset {header.last_offset} in segment {segment.file.path}"
            )
        yield position, header, memoryview(block)[position - start : position - start + size]
        position, next_offset, epoch = position + size, header.last_offset + 1, header.leader_epoch
