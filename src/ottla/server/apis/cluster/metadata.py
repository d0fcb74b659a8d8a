"""Metadata (key 3): the brokers, and who leads the partitions of which topics.

Versions: 0 takes an empty list for all topics, later ones null; 4 adds the choice of auto-creation; 5 offline
replicas; 7 leader epochs; 8 authorized operations; 9 is flexible; 10 topic ids, 12 by them; 13 a top-level
error.
Errors, of all topics: INVALID_REQUEST for a topic id before version 12, UNKNOWN_SERVER_ERROR for a topic
with neither id nor name. Per topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_TOPIC_EXCEPTION;
per partition
LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND, REPLICA_NOT_AVAILABLE (version 0 only).
"""

from ottla.metadata.brokers import Broker
from ottla.metadata.partitions import Partition
from ottla.metadata.topics import Topic
from ottla.model.errors import ErrorCode
from ottla.model.topics import is_internal, name_refusal
from ottla.model.uuid import ZERO
from ottla.server.context import RequestContext
from ottla.server.translate.authorized_operations import ALL_OF_CLUSTER, ALL_OF_TOPIC, NOT_ASKED
from ottla.server.translate.partition_state import leader_of, offline_replicas
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.messages.metadata_response import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

_IDS_FROM, _ERROR_FROM = 12, 13


def metadata(request: MetadataRequest, context: RequestContext) -> MetadataResponse:
    image = context.image
    if refusal := _refusal(request, context.version):
        return refusal
    topics = _all_topics(context) if _asks_all(request, context) else _named_topics(request, context)
    if request.include_topic_authorized_operations:
        for topic in topics:
            if topic.error_code == ErrorCode.NONE:
                topic.topic_authorized_operations = ALL_OF_TOPIC
    alive = [broker for broker in image.brokers.alive() if broker.endpoint(context.listener.name)]
    return MetadataResponse(
        brokers=[_broker(broker, context.listener.name) for broker in alive],
        cluster_id=context.cluster_id,
        controller_id=alive[context.entropy.below(len(alive))].id if alive else -1,
        topics=topics,
        cluster_authorized_operations=(
            ALL_OF_CLUSTER if request.include_cluster_authorized_operations else NOT_ASKED
        ),
    )


def _asks_all(request: MetadataRequest, context: RequestContext) -> bool:
    return request.topics is None or (context.version == 0 and not request.topics)


def _all_topics(context: RequestContext) -> list[MetadataResponseTopic]:
    return [_topic(topic, context) for topic in context.image.topics.sorted_by_name()]


def _named_topics(request: MetadataRequest, context: RequestContext) -> list[MetadataResponseTopic]:
    topics = request.topics or []
    if any(topic.topic_id != ZERO for topic in topics):
        topics = [topic for topic in topics if topic.topic_id != ZERO]
    absent: list[str] = []
    once = {(topic.topic_id, topic.name): topic for topic in topics}
    answers = [_named(asked, context, absent) for asked in once.values()]
    if absent and request.allow_auto_topic_creation and context.broker.settings.auto_create_topics_enable:
        context.broker.auto_creation.create(absent)
    return answers


def _refusal(request: MetadataRequest, version: int) -> MetadataResponse | None:
    """Every topic fails where one is named by an id too early, or neither by id nor by name."""
    topics = request.topics or []
    if version < _IDS_FROM and any(topic.topic_id != ZERO or topic.name is None for topic in topics):
        error = ErrorCode.INVALID_REQUEST
    elif any(topic.topic_id == ZERO and topic.name is None for topic in topics):
        error = ErrorCode.UNKNOWN_SERVER_ERROR
    else:
        return None
    return MetadataResponse(
        error_code=error if version >= _ERROR_FROM else ErrorCode.NONE,
        topics=[
            MetadataResponseTopic(name=topic.name or "", topic_id=topic.topic_id, error_code=error)
            for topic in topics
        ],
    )


def _named(asked: MetadataRequestTopic, context: RequestContext, absent: list[str]) -> MetadataResponseTopic:
    topics = context.image.topics
    if asked.topic_id != ZERO:
        found = topics.by_id(asked.topic_id)
        if found is None:
            return MetadataResponseTopic(
                name=None, topic_id=asked.topic_id, error_code=ErrorCode.UNKNOWN_TOPIC_ID
            )
        return _topic(found, context)
    name = asked.name or ""
    found = topics.by_name(name)
    if found is not None:
        return _topic(found, context)
    if name_refusal(name) is not None:
        return MetadataResponseTopic(name=name, error_code=ErrorCode.INVALID_TOPIC_EXCEPTION)
    absent.append(name)
    return MetadataResponseTopic(
        name=name, error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, is_internal=is_internal(name)
    )


def _topic(topic: Topic, context: RequestContext) -> MetadataResponseTopic:
    return MetadataResponseTopic(
        name=topic.name,
        topic_id=topic.id,
        is_internal=is_internal(topic.name),
        partitions=[_partition(index, each, context) for index, each in topic.sorted_partitions()],
    )


def _partition(index: int, partition: Partition, context: RequestContext) -> MetadataResponsePartition:
    error, leader = leader_of(partition, context, knows_listener_error=context.version >= 6)
    return MetadataResponsePartition(
        error_code=error,
        partition_index=index,
        leader_id=leader,
        leader_epoch=partition.leader_epoch,
        replica_nodes=list(partition.replicas),
        isr_nodes=list(partition.isr),
        offline_replicas=offline_replicas(partition, context),
    )


def _broker(broker: Broker, listener: str) -> MetadataResponseBroker:
    endpoint = broker.endpoint(listener)
    assert endpoint is not None, "brokers without this listener are left out"
    return MetadataResponseBroker(node_id=broker.id, host=endpoint.host, port=endpoint.port, rack=broker.rack)
