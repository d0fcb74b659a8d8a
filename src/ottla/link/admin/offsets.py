"""Offsets by time, from the leaders of the partitions."""

from collections.abc import Mapping
from typing import NamedTuple

from ottla.link.call import Call, Node, error_code
from ottla.link.consumer.protocol import by_topic
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.wire.messages.list_offsets_response import ListOffsetsResponse

LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED, EARLIEST_PENDING_UPLOAD = (
    -1,
    -2,
    -3,
    -4,
    -5,
    -6,
)
"""Timestamps with a meaning of their own."""


class FoundOffset(NamedTuple):
    """`offset` is -1 when no record is that young. An error concerns this partition alone."""

    offset: int
    timestamp: int
    leader_epoch: int
    error: ErrorCode


def list_offsets(
    node: int, timestamps: Mapping[TopicPartition, int], *, read_committed: bool = False, timeout_ms: int = 0
) -> Call[dict[TopicPartition, FoundOffset]]:
    """Offsets of partitions that `node` leads."""
    request = ListOffsetsRequest(
        replica_id=-1,
        isolation_level=int(read_committed),
        timeout_ms=timeout_ms,
        topics=[
            ListOffsetsTopic(
                name=topic,
                partitions=[
                    ListOffsetsPartition(
                        partition_index=index, timestamp=timestamps[TopicPartition(topic, index)]
                    )
                    for index in indexes
                ],
            )
            for topic, indexes in by_topic(timestamps).items()
        ],
    )
    return Call("listOffsets", Node(node), request, _found)


def _found(response: ListOffsetsResponse) -> dict[TopicPartition, FoundOffset]:
    return {
        TopicPartition(topic.name, each.partition_index): FoundOffset(
            each.offset, each.timestamp, each.leader_epoch, error_code(each.error_code)
        )
        for topic in response.topics
        for each in topic.partitions
    }
