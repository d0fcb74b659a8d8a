"""DescribeProducers (key 61): who writes with a producer id, and which transactions are open (KIP-664).

Errors, per partition: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION.
"""

from ottla.log.producer_entry import ProducerEntry
from ottla.model.errors import ErrorCode
from ottla.model.topics import name_refusal
from ottla.model.uuid import ZERO
from ottla.server.context import RequestContext
from ottla.wire.messages.describe_producers_request import DescribeProducersRequest
from ottla.wire.messages.describe_producers_response import (
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicResponse,
)


def describe_producers(
    request: DescribeProducersRequest, context: RequestContext
) -> DescribeProducersResponse:
    return DescribeProducersResponse(
        topics=[
            TopicResponse(
                name=topic.name,
                partitions=[_partition(topic.name, index, context) for index in topic.partition_indexes],
            )
            for topic in request.topics
        ]
    )


def _partition(topic: str, index: int, context: RequestContext) -> PartitionResponse:
    refusal = name_refusal(topic)
    if refusal is not None:
        return PartitionResponse(
            partition_index=index, error_code=ErrorCode.INVALID_TOPIC_EXCEPTION, error_message=refusal
        )
    if context.image.topics.by_name(topic) is None:
        return PartitionResponse(
            partition_index=index,
            error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            error_message="This server does not host this topic-partition.",
        )
    partition, error = context.broker.partitions.led(topic, ZERO, index)
    if partition is None:
        return PartitionResponse(partition_index=index, error_code=error)
    producers = sorted(partition.log.producers(), key=lambda producer: producer.producer_id)
    return PartitionResponse(
        partition_index=index, active_producers=[_producer(producer) for producer in producers]
    )


def _producer(producer: ProducerEntry) -> ProducerState:
    return ProducerState(
        producer_id=producer.producer_id,
        producer_epoch=producer.epoch,
        last_sequence=producer.last_sequence,
        last_timestamp=producer.last_timestamp,
        coordinator_epoch=producer.coordinator_epoch,
        current_txn_start_offset=producer.transaction_start,
    )
