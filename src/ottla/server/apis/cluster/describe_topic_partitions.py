"""DescribeTopicPartitions (key 75): partitions page by page, with eligible leader replicas (KIP-966).

Topics come sorted by name; the cursor says where the next page begins.
Errors, per topic: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION; of all: INVALID_REQUEST for a cursor
that is negative or on none of them.
"""

from ottla.metadata.partitions import Partition
from ottla.model.errors import ErrorCode
from ottla.model.topics import is_internal, name_refusal
from ottla.server.context import RequestContext
from ottla.server.translate.authorized_operations import ALL_OF_TOPIC
from ottla.server.translate.partition_state import leader_of, offline_replicas
from ottla.wire.messages.describe_topic_partitions_request import DescribeTopicPartitionsRequest
from ottla.wire.messages.describe_topic_partitions_response import (
    Cursor,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)


def describe_topic_partitions(
    request: DescribeTopicPartitionsRequest, context: RequestContext
) -> DescribeTopicPartitionsResponse:
    if refusal := _refusal(request):
        topics = [
            DescribeTopicPartitionsResponseTopic(name=topic.name, error_code=refusal)
            for topic in request.topics
        ]
        return DescribeTopicPartitionsResponse(topics=topics)
    cursor = request.cursor
    first_name, first_index = ("", 0) if cursor is None else (cursor.topic_name, cursor.partition_index)
    names = sorted({topic.name for topic in request.topics})
    if not names:
        names = [topic.name for topic in context.image.topics.sorted_by_name()]
    left = max(1, min(request.response_partition_limit, context.broker.settings.partitions_per_answer_max))
    response = DescribeTopicPartitionsResponse()
    for name in names:
        if name < first_name:
            continue
        if left <= 0:
            response.next_cursor = Cursor(topic_name=name, partition_index=0)
            break
        topic, resume_at = _topic(name, first_index if name == first_name else 0, left, context)
        response.topics.append(topic)
        left -= len(topic.partitions)
        if resume_at is not None:
            response.next_cursor = Cursor(topic_name=name, partition_index=resume_at)
            break
    return response


def _refusal(request: DescribeTopicPartitionsRequest) -> ErrorCode | None:
    """A cursor must stand on one of the topics that are asked for, if any are."""
    cursor = request.cursor
    if cursor is None:
        return None
    names = {topic.name for topic in request.topics}
    if cursor.partition_index < 0 or (names and cursor.topic_name not in names):
        return ErrorCode.INVALID_REQUEST
    return None


def _topic(
    name: str, first: int, limit: int, context: RequestContext
) -> tuple[DescribeTopicPartitionsResponseTopic, int | None]:
    """One topic from partition `first` on, and where to resume if not all fit."""
    found = context.image.topics.by_name(name)
    if found is None:
        error = (
            ErrorCode.INVALID_TOPIC_EXCEPTION if name_refusal(name) else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        )
        return DescribeTopicPartitionsResponseTopic(
            name=name, error_code=error, topic_authorized_operations=ALL_OF_TOPIC
        ), None
    wanted = [(index, partition) for index, partition in found.sorted_partitions() if index >= first]
    topic = DescribeTopicPartitionsResponseTopic(
        name=name,
        topic_id=found.id,
        is_internal=is_internal(name),
        partitions=[_partition(index, partition, context) for index, partition in wanted[:limit]],
        topic_authorized_operations=ALL_OF_TOPIC,
    )
    return topic, wanted[limit][0] if len(wanted) > limit else None


def _partition(
    index: int, partition: Partition, context: RequestContext
) -> DescribeTopicPartitionsResponsePartition:
    error, leader = leader_of(partition, context, knows_listener_error=True)
    return DescribeTopicPartitionsResponsePartition(
        error_code=error,
        partition_index=index,
        leader_id=leader,
        leader_epoch=partition.leader_epoch,
        replica_nodes=list(partition.replicas),
        isr_nodes=list(partition.isr),
        eligible_leader_replicas=list(partition.elr),
        last_known_elr=list(partition.last_known_elr),
        offline_replicas=offline_replicas(partition, context),
    )
