"""What compaction keeps of one batch (`Cleaner`, `MemoryRecords.filterTo`)."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from ottla.log.cleaned_transactions import CleanedTransactions
from ottla.log.offset_map import OffsetMap
from ottla.log.producer_entry import NO_OFFSET, ProducerEntry
from ottla.model.ports import Buffer
from ottla.records.batch import LOG_APPEND_TIME, BatchHeader
from ottla.records.compression import codec_of, compress
from ottla.records.control import end_transaction
from ottla.records.records import (
    RecordSpan,
    assemble,
    build_batch,
    empty_batch,
    record_bytes,
    records,
    spans,
)


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
        if discard:
            return self._without_records(header)
        if header.is_control or header.record_count == 0:
            return self._marker(buffer, position, header, starts_horizon=decided)
        data = record_bytes(buffer, position, header)
        kept = self._retained(data, header)
        if not kept:
            return self._without_records(header)
        if header.delete_horizon is None and any(span.value_size < 0 for span in kept):
            return self._with_horizon(buffer, position, header, kept)
        if len(kept) == header.record_count:
            return Kept(memoryview(buffer)[position : position + header.size], len(kept))
        return self._thinned(data, header, kept)

    def _without_records(self, header: BatchHeader) -> Kept | None:
        return Kept(empty_batch(header), 0) if self._fate(header) is _Fate.KEEP_EMPTY else None

    def _marker(
        self, buffer: Buffer, position: int, header: BatchHeader, *, starts_horizon: bool
    ) -> Kept | None:
        """A marker that stays: as it is, or with the time from which on it may go."""
        if header.record_count == 0:
            return self._without_records(header)
        if starts_horizon and header.delete_horizon is None:
            return self._with_horizon(buffer, position, header, None)
        return Kept(memoryview(buffer)[position : position + header.size], header.record_count)

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

    def _retained(self, data: bytes, header: BatchHeader) -> list[RecordSpan]:
        """The records that stay."""
        horizon, base = header.delete_horizon, header.base_offset
        keeps_tombstones = horizon is None or self._now_ms < horizon
        return [
            span
            for span in spans(data, header.record_count)
            if self._stays(data, span, base + span.offset_delta, keeps_tombstones)
        ]

    def _stays(self, data: bytes, span: RecordSpan, offset: int, keeps_tombstones: bool) -> bool:
        if offset > self._offsets.latest_offset:
            return True
        if span.key_size < 0:
            self.invalid_records += 1
            return False
        key = data[span.key : span.key + span.key_size]
        return offset >= self._offsets.get(key) and (span.value_size >= 0 or keeps_tombstones)

    def _thinned(self, data: bytes, header: BatchHeader, kept: list[RecordSpan]) -> Kept:
        """The batch with some of its records: offsets and times are relative, so their bytes can stay."""
        newest = header.base_timestamp + max(span.timestamp_delta for span in kept)
        appended_by_log = header.timestamp_type == LOG_APPEND_TIME
        thinned = header._replace(
            max_timestamp=header.max_timestamp if appended_by_log else newest, record_count=len(kept)
        )
        section = b"".join([data[span.start : span.end] for span in kept])
        return Kept(assemble(thinned, compress(codec_of(header.attributes), section)), len(kept))

    def _with_horizon(
        self, buffer: Buffer, position: int, header: BatchHeader, kept: list[RecordSpan] | None
    ) -> Kept:
        """The batch with a delete horizon: it takes the base timestamp's place, so all is written anew."""
        offsets = None if kept is None else {header.base_offset + span.offset_delta for span in kept}
        every = records(buffer, position, header)
        content = [record for record in every if offsets is None or record.offset in offsets]
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
            delete_horizon=self._now_ms + self._delete_retention_ms,
            last_offset=header.last_offset,
        )
        return Kept(batch, len(content))
