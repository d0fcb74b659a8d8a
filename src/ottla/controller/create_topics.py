"""CreateTopics (19): topics with their configurations and partitions."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from ottla.controller.alter_configs import Alteration, Operation, altered_configs
from ottla.controller.assignment import manual_partition, placed_partitions
from ottla.controller.topic_configs import broker_overrides, cluster_overrides
from ottla.controller.turn import Outcome, Turn, bounded, told
from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.metadata.partitions import Partition, record_of
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.topics import METADATA_TOPIC, collision_key, name_refusal
from ottla.model.uuid import Uuid
from ottla.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from ottla.wire.messages.create_topics_response import (
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsResponse,
)
from ottla.wire.messages.topic_record import TopicRecord

PARTITIONS_MAX: Final = 10_000
"""Of one request (`MAX_PARTITIONS_PER_BATCH`)."""


class CreateTopics(NamedTuple):
    """Create the topics of `request`, each whole or not at all.

    The caller has taken out what its client may not create.
    """

    ticket: Ticket
    request: CreateTopicsRequest
    describable: frozenset[str]
    """Topics whose configuration the client may see in the answer."""
    forwarded: bool = True
    """Whether a broker passed the request on, and so has checked what only it can."""

    def decide(self, turn: Turn) -> Outcome:
        _check_size(self.request, turn.config.num_partitions)
        records: list[MetadataRecord] = []
        results: dict[str, CreatableTopicResult] = {}
        times = Counter(topic.name for topic in self.request.topics)
        for topic in self.request.topics:
            try:
                _check_request(topic.name, times[topic.name])
                created = self._create(turn, topic)
            except ApiError as refusal:
                results[topic.name] = _refused(topic, refusal)
            else:
                records += created.records
                results[topic.name] = created.result
        bounded(records)
        return turn.answer(
            self.ticket,
            CreateTopicsResponse(topics=list(results.values())),
            () if self.request.validate_only else records,
        )

    def refused(self, error: ApiError) -> CreateTopicsResponse:
        return CreateTopicsResponse(topics=[_refused(topic, error) for topic in self.request.topics])

    def _create(self, turn: Turn, topic: CreatableTopic) -> "_Created":
        _check_name(turn, topic.name)
        alterations = _alterations(topic)
        resource = ConfigResource(ResourceType.TOPIC, topic.name)
        configs = altered_configs(turn, resource, alterations, exists=False, forwarded=self.forwarded)
        partitions = _manual(turn, topic) if topic.assignments else _placed(turn, topic)
        topic_id = turn.entropy.uuid()
        records = [
            MetadataRecord(TopicRecord(name=topic.name, topic_id=topic_id), 0),
            *configs,
            *(_record(turn, topic_id, *numbered) for numbered in enumerate(partitions)),
        ]
        return _Created(records, self._result(turn, topic, topic_id, partitions))

    def _result(
        self, turn: Turn, topic: CreatableTopic, topic_id: Uuid, partitions: Sequence[Partition]
    ) -> CreatableTopicResult:
        result = CreatableTopicResult(name=topic.name, topic_id=topic_id, error_message=None)
        if topic.name not in self.describable:
            result.topic_config_error_code = ErrorCode.TOPIC_AUTHORIZATION_FAILED
            return result
        result.num_partitions = len(partitions)
        result.replication_factor = len(partitions[0].replicas)
        effective = turn.config.rules.effective_topic_configs(
            {config.name: config.value or "" for config in topic.configs},
            dict(broker_overrides(turn).sorted_items()),
            dict(cluster_overrides(turn).sorted_items()),
        )
        result.configs = [
            CreatableTopicConfigs(
                name=config.name,
                value=None if config.is_sensitive else config.value,
                read_only=config.read_only,
                config_source=config.source,
                is_sensitive=config.is_sensitive,
            )
            for config in effective
        ]
        return result


class _Created(NamedTuple):
    records: list[MetadataRecord]
    result: CreatableTopicResult


def _check_size(request: CreateTopicsRequest, num_partitions: int) -> None:
    """Refuse early what would take too much memory only to plan."""
    total = 0
    for topic in request.topics:
        if topic.assignments:
            total += len(topic.assignments)
        else:
            total += num_partitions if topic.num_partitions == -1 else max(topic.num_partitions, 0)
    if total > PARTITIONS_MAX:
        raise ApiError(ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.")


def _check_request(name: str, times: int) -> None:
    if times > 1:
        raise ApiError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
    if name == METADATA_TOPIC:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"Creation of internal topic {name} is prohibited.")


def _check_name(turn: Turn, name: str) -> None:
    if turn.image.topics.by_name(name) is not None:
        raise ApiError(ErrorCode.TOPIC_ALREADY_EXISTS, f"Topic '{name}' already exists.")
    colliding = turn.state.names.get(collision_key(name))
    if colliding is not None:
        raise ApiError(
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            f"Topic '{name}' collides with existing topic: {colliding[0]}",
        )
    refusal = name_refusal(name)
    if refusal is not None:
        raise ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, refusal)


def _alterations(topic: CreatableTopic) -> list[Alteration]:
    nulls = [config.name for config in topic.configs if config.value is None]
    if nulls:
        raise ApiError(
            ErrorCode.INVALID_CONFIG, "Null value not supported for topic configs: " + ",".join(nulls)
        )
    return [Alteration(config.name, Operation.SET, config.value) for config in topic.configs]


def _manual(turn: Turn, topic: CreatableTopic) -> list[Partition]:
    if topic.replication_factor != -1:
        raise ApiError(
            ErrorCode.INVALID_REQUEST,
            "A manual partition assignment was specified, but replication factor was not set to -1.",
        )
    if topic.num_partitions != -1:
        raise ApiError(
            ErrorCode.INVALID_REQUEST,
            "A manual partition assignment was specified, but numPartitions was not set to -1.",
        )
    partitions: dict[int, Partition] = {}
    replication_factor = None
    for assignment in topic.assignments:
        partition_id = assignment.partition_index
        if partition_id in partitions:
            raise ApiError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                f"Found multiple manual partition assignments for partition {partition_id}",
            )
        partitions[partition_id] = manual_partition(
            turn, assignment.broker_ids, partition_id, replication_factor
        )
        replication_factor = len(assignment.broker_ids)
    if sorted(partitions) != list(range(len(partitions))):
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "partitions should be a consecutive 0-based integer sequence",
        )
    return [partition for _, partition in sorted(partitions.items())]


def _placed(turn: Turn, topic: CreatableTopic) -> list[Partition]:
    if topic.replication_factor < -1 or topic.replication_factor == 0:
        raise ApiError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0, or -1 to use the default value.",
        )
    if topic.num_partitions < -1 or topic.num_partitions == 0:
        raise ApiError(
            ErrorCode.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value."
        )
    config = turn.config
    count = config.num_partitions if topic.num_partitions == -1 else topic.num_partitions
    factor = config.default_replication_factor if topic.replication_factor == -1 else topic.replication_factor
    try:
        return placed_partitions(turn, count, factor)
    except ApiError as refusal:
        raise ApiError(
            refusal.code, f"Unable to replicate the partition {factor} time(s): {refusal.message}"
        ) from None


def _record(turn: Turn, topic_id: Uuid, partition_id: int, partition: Partition) -> MetadataRecord:
    return record_of(partition, topic_id, partition_id, turn.level, turn.image.features.elr_enabled)


def _refused(topic: CreatableTopic, refusal: ApiError) -> CreatableTopicResult:
    return CreatableTopicResult(name=topic.name, error_code=refusal.code, error_message=told(refusal))
