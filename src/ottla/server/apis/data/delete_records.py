"""DeleteRecords (key 21): let partitions begin at a later offset.

Versions: 0 to 2; 2 is flexible.
Errors, per partition: OFFSET_OUT_OF_RANGE above the high watermark or below 0 (-1 stands for the high
watermark), POLICY_VIOLATION where the cleanup policy has no delete, INVALID_TOPIC_EXCEPTION for internal
topics, UNKNOWN_TOPIC_OR_PARTITION.
"""

from ottla.model.errors import ErrorCode
from ottla.model.ids import Offset
from ottla.model.topics import is_internal
from ottla.model.uuid import ZERO
from ottla.server.context import RequestContext
from ottla.wire.messages.delete_records_request import DeleteRecordsPartition, DeleteRecordsRequest
from ottla.wire.messages.delete_records_response import (
    DeleteRecordsPartitionResult,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)

_HIGH_WATERMARK = -1


def delete_records(request: DeleteRecordsRequest, context: RequestContext) -> DeleteRecordsResponse:
    return DeleteRecordsResponse(
        topics=[
            DeleteRecordsTopicResult(
                name=topic.name, partitions=[_delete(topic.name, each, context) for each in topic.partitions]
            )
            for topic in request.topics
        ]
    )


def _delete(
    topic: str, asked: DeleteRecordsPartition, context: RequestContext
) -> DeleteRecordsPartitionResult:
    result = DeleteRecordsPartitionResult(partition_index=asked.partition_index, low_watermark=-1)
    partition, result.error_code = context.broker.partitions.led(topic, ZERO, asked.partition_index)
    if partition is None:
        return result
    offset = partition.high_watermark if asked.offset == _HIGH_WATERMARK else asked.offset
    if is_internal(topic):
        result.error_code = ErrorCode.INVALID_TOPIC_EXCEPTION
    elif "delete" not in partition.log.config.cleanup_policy:
        result.error_code = ErrorCode.POLICY_VIOLATION
    elif not 0 <= offset <= partition.high_watermark:
        result.error_code = ErrorCode.OFFSET_OUT_OF_RANGE
    else:
        partition.advance_log_start(Offset(offset))
        result.low_watermark = partition.log.log_start_offset
    return result
