"""Delete the records of a partition before an offset (KIP-107)."""

from collections.abc import Mapping
from typing import NamedTuple

from ottla.link.call import Call, Node, error_code
from ottla.link.consumer.protocol import by_topic
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from ottla.wire.messages.delete_records_response import DeleteRecordsResponse

_TIMEOUT_MS = 30_000


class DeletedRecords(NamedTuple):
    """`low_watermark` is where the log begins now, on all of its replicas."""

    low_watermark: int
    error: ErrorCode


def delete_records(
    node: int, offsets: Mapping[TopicPartition, int]
) -> Call[dict[TopicPartition, DeletedRecords]]:
    """Of partitions that `node` leads; an offset of -1 stands for the high watermark."""
    topics = [
        DeleteRecordsTopic(
            name=topic,
            partitions=[
                DeleteRecordsPartition(partition_index=index, offset=offsets[TopicPartition(topic, index)])
                for index in indexes
            ],
        )
        for topic, indexes in by_topic(offsets).items()
    ]
    return Call(
        "deleteRecords", Node(node), DeleteRecordsRequest(topics=topics, timeout_ms=_TIMEOUT_MS), _deleted
    )


def _deleted(response: DeleteRecordsResponse) -> dict[TopicPartition, DeletedRecords]:
    return {
        TopicPartition(topic.name, each.partition_index): DeletedRecords(
            each.low_watermark, error_code(each.error_code)
        )
        for topic in response.topics
        for each in topic.partitions
    }
