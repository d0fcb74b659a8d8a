"""Requests in short forms, and what their answers say."""

from typing import Any

from tests.unit.controller.cluster import TICKET, Cluster

from ottla.controller.create_topics import CreateTopics
from ottla.controller.isr import AlterPartition
from ottla.controller.reassignments import AlterPartitionReassignments
from ottla.metadata.partitions import Partition
from ottla.model.errors import ErrorCode
from ottla.wire.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.wire.messages.alter_partition_request import (
    AlterPartitionRequest,
    BrokerState,
    PartitionData,
    TopicData,
)
from ottla.wire.messages.alter_partition_response import AlterPartitionResponse
from ottla.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from ottla.wire.messages.create_topics_response import CreatableTopicResult, CreateTopicsResponse


def partition(cluster: Cluster, name: str = "foo", index: int = 0) -> Partition:
    found = cluster.image.topics.partition(name, index)
    assert found is not None
    return found


def propose(
    cluster: Cluster, sender: int, name: str, index: int, isr: list[int], **changes: Any
) -> tuple[ErrorCode, tuple[int, int, list[int]]]:
    """The error, and leader, partition epoch and ISR of the answer."""
    broker, topic = cluster.image.brokers.get(sender), cluster.image.topics.by_name(name)
    assert broker is not None
    assert topic is not None
    present = topic.partitions[index]
    fields: dict[str, Any] = {
        "partition_index": index,
        "leader_epoch": present.leader_epoch,
        "partition_epoch": present.partition_epoch,
        "leader_recovery_state": 0,
    }
    epochs = changes.pop("epochs", {})
    version = changes.pop("version", 3)
    if version >= 3:
        fields["new_isr_with_epochs"] = [
            BrokerState(broker_id=each, broker_epoch=epochs.get(each, -1)) for each in isr
        ]
    else:
        fields["new_isr"] = isr
    data = TopicData(topic_id=topic.id, partitions=[PartitionData(**(fields | changes))])
    request = AlterPartitionRequest(broker_id=sender, broker_epoch=broker.epoch, topics=[data])
    answer = cluster.run(AlterPartition(TICKET, request, version))
    assert isinstance(answer, AlterPartitionResponse)
    assert answer.error_code == 0
    result = answer.topics[0].partitions[0]
    return ErrorCode(result.error_code), (result.leader_id, result.partition_epoch, result.isr)


def move(
    cluster: Cluster, name: str, index: int, replicas: list[int] | None, *, resize: bool = True
) -> tuple[ErrorCode, str | None]:
    wanted = ReassignablePartition(partition_index=index, replicas=replicas)
    request = AlterPartitionReassignmentsRequest(
        topics=[ReassignableTopic(name=name, partitions=[wanted])], allow_replication_factor_change=resize
    )
    answer = cluster.run(AlterPartitionReassignments(TICKET, request))
    (result,) = answer.responses[0].partitions
    return ErrorCode(result.error_code), result.error_message


def create(
    cluster: Cluster, *topics: CreatableTopic, validate_only: bool = False
) -> list[CreatableTopicResult]:
    request = CreateTopicsRequest(topics=list(topics), validate_only=validate_only)
    answer = cluster.run(CreateTopics(TICKET, request, frozenset(topic.name for topic in topics)))
    assert isinstance(answer, CreateTopicsResponse)
    return answer.topics


def topic(name: str = "foo", partitions: int = -1, factor: int = -1, **changes: Any) -> CreatableTopic:
    return CreatableTopic(name=name, num_partitions=partitions, replication_factor=factor, **changes)
