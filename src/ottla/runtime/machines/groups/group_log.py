"""A partition of `__consumer_offsets` as the log of one shard."""

import logging
from collections.abc import Callable, Iterator, Sequence

from ottla.groups.config import GroupsConfig
from ottla.groups.records import GroupRecord, encode_record
from ottla.log.append_refused import AppendRefused
from ottla.log.partition_log import Origin
from ottla.model.errors import ErrorCode
from ottla.records.batch import HEADER_SIZE
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch
from ottla.runtime.loop.clock import Clock
from ottla.runtime.machines.shard import AppendFailed
from ottla.runtime.partitions.partition import Partition

_log = logging.getLogger("ottla.groups")
_RECORD_OVERHEAD_MAX = 32
"""Bytes of a record beside its key and value: seven numbers of variable length."""


class GroupAppendFailed(AppendFailed):
    """The partition took no records; `error` is what a client that waited for them hears."""

    def __init__(self, error: ErrorCode) -> None:
        super().__init__(error.name)
        self.error = error


class GroupLog:
    """Appends the records of a turn as one batch, or as few as their size allows."""

    def __init__(
        self, partition: Partition, config: GroupsConfig, clock: Clock, on_torn: Callable[[], None]
    ) -> None:
        self._partition, self._clock = partition, clock
        self._codec = Codec(config.offsets_topic_compression_codec)
        self._on_torn = on_torn

    @property
    def committed_end(self) -> int:
        return self._partition.high_watermark

    def append(self, records: Sequence[GroupRecord]) -> int:
        if not self._partition.is_led:
            raise GroupAppendFailed(ErrorCode.NOT_COORDINATOR)
        if not self._partition.replica.enough_replicas:
            raise GroupAppendFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE)
        first = self._partition.log.log_end_offset
        try:
            for content in self._batches(records):
                self._append(content)
        except GroupAppendFailed:
            if self._partition.log.log_end_offset > first:
                # Some of the turn is in the log: the shard must begin anew from there.
                self._on_torn()
            raise
        return self._partition.log.log_end_offset

    def _append(self, content: Sequence[Record]) -> None:
        batch = build_batch(content, compression=self._codec, base_sequence=0)
        try:
            self._partition.append(batch, self._clock.now(), Origin.COORDINATOR)
        except AppendRefused as refused:
            _log.warning("Could not append to %s: %s", self._partition.name, refused.message)
            raise GroupAppendFailed(_to_coordinator_error(refused.error)) from refused
        except OSError as failure:
            _log.exception("Could not append to %s", self._partition.name)
            raise GroupAppendFailed(ErrorCode.NOT_COORDINATOR) from failure

    def _batches(self, records: Sequence[GroupRecord]) -> Iterator[list[Record]]:
        wall_ms, room = self._clock.now().wall_ms, self._partition.log.config.max_message_bytes
        batch: list[Record] = []
        size = HEADER_SIZE
        for record in records:
            key, value = encode_record(record)
            record_size = len(key) + len(value or b"") + _RECORD_OVERHEAD_MAX
            if batch and size + record_size > room:
                yield batch
                batch, size = [], HEADER_SIZE
            batch.append(Record(len(batch), wall_ms, key, value))
            size += record_size
        yield batch


def _to_coordinator_error(error: ErrorCode) -> ErrorCode:
    """What a failed append means to a client of the coordinator."""
    match error:
        case (
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION | ErrorCode.NOT_ENOUGH_REPLICAS | ErrorCode.REQUEST_TIMED_OUT
        ):
            return ErrorCode.COORDINATOR_NOT_AVAILABLE
        case ErrorCode.NOT_LEADER_OR_FOLLOWER | ErrorCode.KAFKA_STORAGE_ERROR:
            return ErrorCode.NOT_COORDINATOR
        case ErrorCode.MESSAGE_TOO_LARGE | ErrorCode.RECORD_LIST_TOO_LARGE | ErrorCode.INVALID_FETCH_SIZE:
            return ErrorCode.UNKNOWN_SERVER_ERROR
        case _:
            return error
