"""What compaction keeps of one batch (`Cleaner`, `MemoryRecords.filterTo`)."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from ottla.log.cleaned_transactions import CleanedTransactions
from ottla.log.offset_map import OffsetMap
from ottla.log.producer_entry import NO_OFFSET, ProducerEntry
from ottla.model.ports import Buffer
from ottla.records.batch import BatchHeader
from ottla.records.compression import codec_of
from ottla.records.control import end_transaction
from ottla.records.records import RecordSpan, build_batch, empty_batch, record_bytes, records, spans


class Kept(NamedTuple):
    """The bytes that are written in place of a batch, and how many records they hold."""

    data: Buffer
    records: int


class _Fate(Enum):
    """Of a batch that loses all its records."""

    DELETE = auto()
    KEEP_EMPTY = auto()


class BatchFilter:
    """The rules of one round.

    A record stays if its key has no later one. A tombstone stays until its batch's delete horizon, which
    is set when a round first meets it (KIP-534). The last batch of an active producer stays, if need be
    without records, and so does the last batch of the round: sequences and offsets remain known.
    """

    def __init__(
        self,
        offsets: OffsetMap,
        transactions: CleanedTransactions,
        producers: Mapping[int, ProducerEntry],
        *,
        end_offset: int,
        now_ms: int,
        delete_retention_ms: int,
    ) -> None:
        self._offsets, self._transactions, self._producers = offsets, transactions, producers
        self._end_offset, self._now_ms = end_offset, now_ms
        self._delete_retention_ms = delete_retention_ms
        self.invalid_records = 0
        """Records without a key, which have no place in a compacted log and go."""

    def keep(self, buffer: Buffer, position: int, header: BatchHeader) -> Kept | None:
        """What stays of the batch at `position`; None if nothing does."""
        if header.is_control:
            decided = self._transactions.marker_may_go(header, end_transaction(buffer, position, header))
            horizon = header.delete_horizon
            discard = decided and horizon is not None and horizon <= self._now_ms
        else:
            decided = discard = self._transactions.data_may_go(header)
        fate = self._fate(header)
        if discard:
            return Kept(empty_batch(header), 0) if fate is _Fate.KEEP_EMPTY else None
        kept, has_tombstones = self._retained(buffer, position, header)
        if not any(kept):
            return Kept(empty_batch(header), 0) if fate is _Fate.KEEP_EMPTY else None
        starts_horizon = header.delete_horizon is None and (has_tombstones or (decided and header.is_control))
        if all(kept) and not starts_horizon:
            return Kept(memoryview(buffer)[position : position + header.size], len(kept))
        return self._rebuilt(buffer, position, header, kept, starts_horizon)

    def _fate(self, header: BatchHeader) -> _Fate:
        if header.last_offset + 1 == self._end_offset:
            return _Fate.KEEP_EMPTY
        producer = self._producers.get(header.producer_id) if header.has_producer else None
        if producer is None:
            return _Fate.DELETE
        if producer.last_data_offset != NO_OFFSET:
            is_last = header.last_offset == producer.last_data_offset
        else:
            is_last = header.is_control and header.producer_epoch == producer.epoch
        return _Fate.KEEP_EMPTY if is_last else _Fate.DELETE

    def _retained(self, buffer: Buffer, position: int, header: BatchHeader) -> tuple[list[bool], bool]:
        """Whether each record stays, and whether a tombstone is among those that do."""
        if header.is_control or header.record_count == 0:
            return [True] * header.record_count, False
        data = record_bytes(buffer, position, header)
        horizon = header.delete_horizon
        keeps_tombstones = horizon is None or self._now_ms < horizon
        kept: list[bool] = []
        has_tombstones = False
        for span in spans(data, header.record_count):
            stays = self._stays(data, span, header.base_offset + span.offset_delta, keeps_tombstones)
            has_tombstones |= stays and span.value_size < 0
            kept.append(stays)
        return kept, has_tombstones

    def _stays(self, data: bytes, span: RecordSpan, offset: int, keeps_tombstones: bool) -> bool:
        if offset > self._offsets.latest_offset:
            return True
        if span.key_size < 0:
            self.invalid_records += 1
            return False
        key = data[span.key : span.key + span.key_size]
        return offset >= self._offsets.get(key) and (span.value_size >= 0 or keeps_tombstones)

    def _rebuilt(
        self, buffer: Buffer, position: int, header: BatchHeader, kept: list[bool], starts_horizon: bool
    ) -> Kept:
        horizon = self._now_ms + self._delete_retention_ms if starts_horizon else header.delete_horizon
        every = records(buffer, position, header)
        content = [record for record, stays in zip(every, kept, strict=True) if stays]
        batch = build_batch(
            content,
            base_offset=header.base_offset,
            leader_epoch=header.leader_epoch,
            compression=codec_of(header.attributes),
            timestamp_type=header.timestamp_type,
            log_append_time=header.max_timestamp,
            producer_id=header.producer_id,
            producer_epoch=header.producer_epoch,
            base_sequence=header.base_sequence,
            transactional=header.is_transactional,
            control=header.is_control,
            delete_horizon=horizon,
            last_offset=header.last_offset,
        )
        return Kept(batch, len(content))
