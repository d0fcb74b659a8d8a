"""ListOffsets (key 2): offsets by time, or by one of the special times.

Versions: 1 to 11; 2 adds isolation levels, 4 leader epochs, 7 the record with the largest timestamp
(KIP-734), 8 and 9 what tiered storage asks (KIP-405, KIP-1005), 10 a timeout, 11 the earliest not yet
uploaded (KIP-1023).
Errors, per partition: INVALID_REQUEST for one named twice, UNSUPPORTED_VERSION for a special time that is
newer than the request's version, UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH.
"""

from collections import Counter

from ottla.log.offset_lookup import FoundOffset
from ottla.model.errors import ErrorCode
from ottla.model.ids import Offset
from ottla.model.uuid import ZERO
from ottla.runtime.partitions.partition import Partition
from ottla.server.context import RequestContext
from ottla.wire.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest
from ottla.wire.messages.list_offsets_response import (
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)

_READ_COMMITTED = 1
LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED, EARLIEST_PENDING_UPLOAD = range(-1, -7, -1)
_SINCE_VERSION = {MAX_TIMESTAMP: 7, EARLIEST_LOCAL: 8, LATEST_TIERED: 9, EARLIEST_PENDING_UPLOAD: 11}
_EPOCHS_FROM = 4
_NOT_FOUND = FoundOffset(-1, -1, -1)


def list_offsets(request: ListOffsetsRequest, context: RequestContext) -> ListOffsetsResponse:
    named = Counter(
        (topic.name, partition.partition_index) for topic in request.topics for partition in topic.partitions
    )
    read_committed = request.isolation_level == _READ_COMMITTED
    return ListOffsetsResponse(
        topics=[
            ListOffsetsTopicResponse(
                name=topic.name,
                partitions=[
                    _failed(each, ErrorCode.INVALID_REQUEST)
                    if named[topic.name, each.partition_index] > 1
                    else _answer(topic.name, each, context, read_committed)
                    for each in {each.partition_index: each for each in topic.partitions}.values()
                ],
            )
            for topic in request.topics
        ]
    )


def _answer(
    topic: str, asked: ListOffsetsPartition, context: RequestContext, read_committed: bool
) -> ListOffsetsPartitionResponse:
    if asked.timestamp < EARLIEST_PENDING_UPLOAD or context.version < _SINCE_VERSION.get(asked.timestamp, 0):
        return _failed(asked, ErrorCode.UNSUPPORTED_VERSION)
    partition, error = context.broker.partitions.led(topic, ZERO, asked.partition_index)
    if partition is None:
        return _failed(asked, error)
    error = partition.epoch_error(asked.current_leader_epoch)
    if error is not ErrorCode.NONE:
        return _failed(asked, error)
    found = _look_up(partition, asked.timestamp, read_committed)
    return ListOffsetsPartitionResponse(
        partition_index=asked.partition_index,
        timestamp=found.timestamp,
        offset=found.offset,
        leader_epoch=found.leader_epoch if context.version >= _EPOCHS_FROM else -1,
    )


def _look_up(partition: Partition, timestamp: int, read_committed: bool) -> FoundOffset:
    log = partition.log
    end: Offset = partition.last_stable_offset if read_committed else partition.high_watermark
    match timestamp:
        case -1:
            return log.latest_offset()._replace(offset=end)
        case -2 | -4:
            return log.earliest_offset()
        case -3:
            found = log.offset_of_max_timestamp()
        case -5 | -6:
            return _NOT_FOUND  # nothing is tiered
        case _:
            found = log.offset_for_timestamp(timestamp)
    return found if found is not None and found.offset < end else _NOT_FOUND


def _failed(asked: ListOffsetsPartition, error: ErrorCode) -> ListOffsetsPartitionResponse:
    return ListOffsetsPartitionResponse(
        partition_index=asked.partition_index, error_code=error, timestamp=-1, offset=-1
    )
