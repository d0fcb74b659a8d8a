"""CreatePartitions (37): more partitions for topics that exist."""

from collections import Counter
from typing import NamedTuple

from ottla.controller.assignment import manual_partition, placed_partitions
from ottla.controller.turn import RECORDS_MAX, Outcome, Turn, bounded, excessive, told
from ottla.metadata.partitions import Partition, record_of
from ottla.metadata.record import MetadataRecord
from ottla.metadata.topics import Topic
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from ottla.wire.messages.create_partitions_response import (
    CreatePartitionsResponse,
    CreatePartitionsTopicResult,
)


class CreatePartitions(NamedTuple):
    """Extend the topics of `request`, each for itself."""

    ticket: Ticket
    request: CreatePartitionsRequest

    def decide(self, turn: Turn) -> Outcome:
        records: list[MetadataRecord] = []
        times = Counter(topic.name for topic in self.request.topics)
        results = [
            _refused(name, ApiError(ErrorCode.INVALID_REQUEST, "Duplicate topic name."))
            for name, count in times.items()
            if count > 1
        ]
        for wanted in self.request.topics:
            if times[wanted.name] > 1:
                continue
            if _growth(turn, wanted) > RECORDS_MAX:  # before they are placed one by one
                raise excessive()
            try:
                records += _extend(turn, wanted)
            except ApiError as refusal:
                results.append(_refused(wanted.name, refusal))
            else:
                results.append(CreatePartitionsTopicResult(name=wanted.name))
        bounded(records)
        response = CreatePartitionsResponse(results=results)
        return turn.answer(self.ticket, response, () if self.request.validate_only else records)

    def refused(self, error: ApiError) -> CreatePartitionsResponse:
        return CreatePartitionsResponse(
            results=[_refused(topic.name, error) for topic in self.request.topics]
        )


def _extend(turn: Turn, wanted: CreatePartitionsTopic) -> list[MetadataRecord]:
    topic = turn.image.topics.by_name(wanted.name)
    if topic is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    first = len(topic.partitions)
    additional = wanted.count - first
    _check_count(wanted, first)
    if wanted.assignments is not None and len(wanted.assignments) != additional:
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"Attempted to add {additional} additional partition(s), but only "
            f"{len(wanted.assignments)} assignment(s) were specified.",
        )
    partitions = _partitions(turn, topic, wanted, additional)
    elr_enabled = turn.image.features.elr_enabled
    return [
        record_of(partition, topic.id, partition_id, turn.level, elr_enabled)
        for partition_id, partition in enumerate(partitions, first)
    ]


def _growth(turn: Turn, wanted: CreatePartitionsTopic) -> int:
    topic = turn.image.topics.by_name(wanted.name)
    return wanted.count - len(topic.partitions) if topic is not None and wanted.assignments is None else 0


def _check_count(wanted: CreatePartitionsTopic, present: int) -> None:
    if wanted.count == present:
        raise ApiError(ErrorCode.INVALID_PARTITIONS, f"Topic already has {present} partition(s).")
    if wanted.count < present:
        raise ApiError(
            ErrorCode.INVALID_PARTITIONS,
            f"The topic {wanted.name} currently has {present} partition(s); {wanted.count} "
            "would not be an increase.",
        )


def _partitions(turn: Turn, topic: Topic, wanted: CreatePartitionsTopic, additional: int) -> list[Partition]:
    """As many replicas as the first partition has."""
    first = len(topic.partitions)
    replication_factor = len(topic.partitions[0].replicas)
    if wanted.assignments is None:
        return placed_partitions(turn, additional, replication_factor)
    return [
        manual_partition(turn, assignment.broker_ids, partition_id, replication_factor)
        for partition_id, assignment in enumerate(wanted.assignments, first)
    ]


def _refused(name: str, error: ApiError) -> CreatePartitionsTopicResult:
    return CreatePartitionsTopicResult(name=name, error_code=error.code, error_message=told(error))
