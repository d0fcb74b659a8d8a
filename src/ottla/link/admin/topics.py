"""Topics: list, create, delete, describe, grow, and which of their partitions are being reassigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ottla.link.call import ANYONE, CONTROLLER, Call, error_code, raise_error
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages import (
    create_partitions_request,
    describe_topic_partitions_request,
    describe_topic_partitions_response,
    list_partition_reassignments_request,
)
from ottla.wire.messages.create_partitions_response import CreatePartitionsResponse
from ottla.wire.messages.create_topics_request import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.create_topics_response import CreateTopicsResponse
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from ottla.wire.messages.delete_topics_response import DeleteTopicsResponse
from ottla.wire.messages.list_partition_reassignments_response import ListPartitionReassignmentsResponse
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.messages.metadata_response import MetadataResponse

_NOT_CONTROLLER = (ErrorCode.NOT_CONTROLLER,)
_CHANGE_TIMEOUT_MS = 30_000
CLUSTER_DEFAULT = -1


class TopicListing(NamedTuple):
    """One topic that exists."""

    name: str
    id: bytes
    internal: bool


class DescribedPartition(NamedTuple):
    """One partition. `elr` and `last_known_elr` are None where the cluster doesn't keep them."""

    partition: int
    leader: int | None
    replicas: tuple[int, ...]
    isr: tuple[int, ...]
    elr: tuple[int, ...] | None
    last_known_elr: tuple[int, ...] | None


class DescribedTopic(NamedTuple):
    """One topic and its partitions."""

    name: str
    id: bytes
    partitions: list[DescribedPartition]


class Reassignment(NamedTuple):
    """Where a partition is moving."""

    replicas: tuple[int, ...]
    adding: tuple[int, ...]
    removing: tuple[int, ...]


@dataclass(slots=True)
class TopicPage:
    """Part of the description of many topics; `cursor` is where the next page begins."""

    topics: list[DescribedTopic]
    cursor: tuple[str, int] | None


def list_topics() -> Call[list[TopicListing]]:
    """All topics, internal ones too."""
    return Call("listTopics", ANYONE, MetadataRequest(topics=None, allow_auto_topic_creation=False), _listed)


def _listed(response: MetadataResponse) -> list[TopicListing]:
    return [
        TopicListing(topic.name, topic.topic_id, topic.is_internal)
        for topic in response.topics
        if topic.name is not None
    ]


def create_topic(
    name: str,
    partitions: int = CLUSTER_DEFAULT,
    replication_factor: int = CLUSTER_DEFAULT,
    assignment: Mapping[int, Sequence[int]] | None = None,
    configs: Mapping[str, str] | None = None,
) -> Call[None]:
    """One new topic; with `assignment` it has these replicas, and the two numbers stay out."""
    topic = CreatableTopic(
        name=name,
        num_partitions=CLUSTER_DEFAULT if assignment else partitions,
        replication_factor=CLUSTER_DEFAULT if assignment else replication_factor,
        assignments=[
            CreatableReplicaAssignment(partition_index=index, broker_ids=list(brokers))
            for index, brokers in (assignment or {}).items()
        ],
        configs=[CreatableTopicConfig(name=key, value=value) for key, value in (configs or {}).items()],
    )
    request = CreateTopicsRequest(topics=[topic], timeout_ms=_CHANGE_TIMEOUT_MS)
    return Call("createTopics", CONTROLLER, request, _created)


def _created(response: CreateTopicsResponse) -> None:
    for topic in response.topics:
        raise_error(topic.error_code, topic.error_message, passing=_NOT_CONTROLLER)


def delete_topics(names: Sequence[str]) -> Call[None]:
    """All of them go; the first that doesn't is the error."""
    request = DeleteTopicsRequest(
        topics=[DeleteTopicState(name=name) for name in names], timeout_ms=_CHANGE_TIMEOUT_MS
    )
    return Call("deleteTopics", CONTROLLER, request, _deleted)


def _deleted(response: DeleteTopicsResponse) -> None:
    for topic in response.responses:
        raise_error(topic.error_code, topic.error_message, passing=_NOT_CONTROLLER)


def create_partitions(counts: Mapping[str, tuple[int, list[list[int]] | None]]) -> Call[None]:
    """Let topics grow to so many partitions; the replicas of the new ones, or None for any."""
    topics = [
        create_partitions_request.CreatePartitionsTopic(
            name=name,
            count=count,
            assignments=None
            if new is None
            else [create_partitions_request.CreatePartitionsAssignment(broker_ids=each) for each in new],
        )
        for name, (count, new) in counts.items()
    ]
    request = create_partitions_request.CreatePartitionsRequest(topics=topics, timeout_ms=_CHANGE_TIMEOUT_MS)
    return Call("createPartitions", CONTROLLER, request, _grown)


def _grown(response: CreatePartitionsResponse) -> None:
    for topic in response.results:
        raise_error(topic.error_code, topic.error_message, passing=_NOT_CONTROLLER)


def describe_topics(
    names: Sequence[str], limit: int, cursor: tuple[str, int] | None = None
) -> Call[TopicPage]:
    """One page of at most `limit` partitions, from `cursor` on (KIP-966)."""
    request = describe_topic_partitions_request.DescribeTopicPartitionsRequest(
        topics=[describe_topic_partitions_request.TopicRequest(name=name) for name in sorted(names)],
        response_partition_limit=limit,
        cursor=cursor
        and describe_topic_partitions_request.Cursor(topic_name=cursor[0], partition_index=cursor[1]),
    )
    return Call("describeTopicPartitions", ANYONE, request, _described)


def _described(
    response: describe_topic_partitions_response.DescribeTopicPartitionsResponse,
) -> TopicPage:
    topics = []
    for topic in response.topics:
        raise_error(topic.error_code)
        assert topic.name is not None, "only a topic that is in error goes without a name"
        partitions = [
            DescribedPartition(
                each.partition_index,
                None if each.leader_id < 0 else each.leader_id,
                tuple(each.replica_nodes),
                tuple(each.isr_nodes),
                None if each.eligible_leader_replicas is None else tuple(each.eligible_leader_replicas),
                None if each.last_known_elr is None else tuple(each.last_known_elr),
            )
            for each in topic.partitions
        ]
        topics.append(DescribedTopic(topic.name, topic.topic_id, partitions))
    next_ = response.next_cursor
    return TopicPage(topics, None if next_ is None else (next_.topic_name, next_.partition_index))


def describe_topic_ids(ids: Sequence[bytes]) -> Call[list[DescribedTopic]]:
    """Topics by id. What Metadata can't tell (ELR) is None."""
    request = MetadataRequest(
        topics=[MetadataRequestTopic(name=None, topic_id=each) for each in ids],
        allow_auto_topic_creation=False,
    )
    return Call("describeTopicsWithIds", ANYONE, request, _described_by_id)


def _described_by_id(response: MetadataResponse) -> list[DescribedTopic]:
    topics = []
    for topic in response.topics:
        if topic.error_code:
            raise ApiError(error_code(topic.error_code))
        partitions = [
            DescribedPartition(
                each.partition_index,
                None if each.leader_id < 0 else each.leader_id,
                tuple(each.replica_nodes),
                tuple(each.isr_nodes),
                None,
                None,
            )
            for each in topic.partitions
        ]
        assert topic.name is not None, "a topic that is there has a name"
        topics.append(DescribedTopic(topic.name, topic.topic_id, partitions))
    return topics


def list_reassignments(partitions: Sequence[TopicPartition]) -> Call[dict[TopicPartition, Reassignment]]:
    """Those of `partitions` that are on the move."""
    by_topic: dict[str, list[int]] = {}
    for name in partitions:
        by_topic.setdefault(name.topic, []).append(name.partition)
    request = list_partition_reassignments_request.ListPartitionReassignmentsRequest(
        timeout_ms=_CHANGE_TIMEOUT_MS,
        topics=[
            list_partition_reassignments_request.ListPartitionReassignmentsTopics(
                name=topic, partition_indexes=indexes
            )
            for topic, indexes in by_topic.items()
        ],
    )
    return Call("listPartitionReassignments", CONTROLLER, request, _reassigning)


def _reassigning(response: ListPartitionReassignmentsResponse) -> dict[TopicPartition, Reassignment]:
    raise_error(response.error_code, response.error_message, passing=_NOT_CONTROLLER)
    return {
        TopicPartition(topic.name, each.partition_index): Reassignment(
            tuple(each.replicas), tuple(each.adding_replicas), tuple(each.removing_replicas)
        )
        for topic in response.topics
        for each in topic.partitions
    }
