"""OffsetForLeaderEpoch (key 23): where a leader epoch ends, so that readers find out what was truncated.

Versions: 2 to 4; 3 adds the replica id, 4 is flexible.
Errors, per partition: FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_OR_PARTITION.
"""

from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch
from ottla.model.uuid import ZERO
from ottla.server.context import RequestContext
from ottla.wire.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
)
from ottla.wire.messages.offset_for_leader_epoch_response import (
    EpochEndOffset,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderTopicResult,
)


def offset_for_leader_epoch(
    request: OffsetForLeaderEpochRequest, context: RequestContext
) -> OffsetForLeaderEpochResponse:
    return OffsetForLeaderEpochResponse(
        topics=[
            OffsetForLeaderTopicResult(
                topic=topic.topic, partitions=[_end(topic.topic, each, context) for each in topic.partitions]
            )
            for topic in request.topics
        ]
    )


def _end(topic: str, asked: OffsetForLeaderPartition, context: RequestContext) -> EpochEndOffset:
    partition, error = context.broker.partitions.led(topic, ZERO, asked.partition)
    if partition is not None:
        error = partition.epoch_error(asked.current_leader_epoch)
    if partition is None or error is not ErrorCode.NONE:
        return EpochEndOffset(partition=asked.partition, error_code=error)
    epoch, end = partition.log.end_offset_for_epoch(LeaderEpoch(asked.leader_epoch))
    return EpochEndOffset(partition=asked.partition, leader_epoch=epoch, end_offset=end)
