"""AlterPartitionReassignments (45) and ListPartitionReassignments (46): partitions move (KIP-455)."""

from typing import NamedTuple

from ottla.controller.assignment import check_manual_assignment
from ottla.controller.leadership import change_of
from ottla.controller.partition_change import Election, PartitionChange
from ottla.controller.partition_index import REASSIGNING
from ottla.controller.reassignment import reassign, revert
from ottla.controller.topic_configs import unclean_election_enabled
from ottla.controller.turn import Outcome, Turn, bounded, told
from ottla.metadata.partitions import Partition
from ottla.metadata.record import MetadataRecord
from ottla.metadata.topics import Topic
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
)
from ottla.wire.messages.alter_partition_reassignments_response import (
    AlterPartitionReassignmentsResponse,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
)
from ottla.wire.messages.list_partition_reassignments_request import ListPartitionReassignmentsRequest
from ottla.wire.messages.list_partition_reassignments_response import (
    ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
)


class AlterPartitionReassignments(NamedTuple):
    """Begin moves, change them, or take them back where a partition names no replicas; each for itself."""

    ticket: Ticket
    request: AlterPartitionReassignmentsRequest

    def decide(self, turn: Turn) -> Outcome:
        records: list[MetadataRecord] = []
        topics = [
            ReassignableTopicResponse(
                name=topic.name,
                partitions=[self._alter(turn, topic.name, wanted, records) for wanted in topic.partitions],
            )
            for topic in self.request.topics
        ]
        response = AlterPartitionReassignmentsResponse(
            allow_replication_factor_change=self.request.allow_replication_factor_change,
            error_message=None,
            responses=topics,
        )
        return turn.answer(self.ticket, response, bounded(records))

    def refused(self, error: ApiError) -> AlterPartitionReassignmentsResponse:
        return AlterPartitionReassignmentsResponse(
            error_code=error.code,
            error_message=told(error),
            responses=[
                ReassignableTopicResponse(
                    name=topic.name,
                    partitions=[_refused(wanted, error) for wanted in topic.partitions],
                )
                for topic in self.request.topics
            ],
        )

    def _alter(
        self, turn: Turn, name: str, wanted: ReassignablePartition, records: list[MetadataRecord]
    ) -> ReassignablePartitionResponse:
        try:
            record = self._change(turn, name, wanted).build()
        except ApiError as refusal:
            return _refused(wanted, refusal)
        if record is not None:
            records.append(record)
        return ReassignablePartitionResponse(partition_index=wanted.partition_index, error_message=None)

    def _change(self, turn: Turn, name: str, wanted: ReassignablePartition) -> PartitionChange:
        topic = turn.image.topics.by_name(name)
        if topic is None:
            raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"Unable to find a topic named {name}.")
        partition = topic.partitions.get(wanted.partition_index)
        if partition is None:
            raise ApiError(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"Unable to find partition {name}:{wanted.partition_index}.",
            )
        if wanted.replicas is None:
            return _cancelled(turn, topic, wanted.partition_index, partition)
        check_manual_assignment(turn, wanted.replicas, None)
        if not self.request.allow_replication_factor_change:
            _check_replication_factor(partition, wanted.replicas)
        move = reassign(partition.replicas, tuple(wanted.replicas))
        change = change_of(turn, topic, wanted.partition_index)
        change.replicas = move.replicas
        # A move that adds or removes nothing leaves the lists of one under way as they are, as Kafka does.
        change.removing = move.removing or change.removing
        change.adding = move.adding or change.adding
        return change


class ListPartitionReassignments(NamedTuple):
    """The moves under way, of some partitions or all."""

    ticket: Ticket
    request: ListPartitionReassignmentsRequest

    def decide(self, turn: Turn) -> Outcome:
        found = [_ongoing(topic, partition_ids) for topic, partition_ids in self._wanted(turn)]
        response = ListPartitionReassignmentsResponse(
            error_message=None, topics=[topic for topic in found if topic.partitions]
        )
        return turn.answer(self.ticket, response)

    def refused(self, error: ApiError) -> ListPartitionReassignmentsResponse:
        return ListPartitionReassignmentsResponse(error_code=error.code, error_message=told(error))

    def _wanted(self, turn: Turn) -> list[tuple[Topic, list[int]]]:
        topics = turn.image.topics
        if self.request.topics is not None:
            named = ((topics.by_name(each.name), each.partition_indexes) for each in self.request.topics)
            return [(topic, partition_ids) for topic, partition_ids in named if topic is not None]
        moving: dict[str, list[int]] = {}
        for key in turn.state.partitions.sorted(REASSIGNING):
            moving.setdefault(topics.topics[key.topic_id].name, []).append(key.partition_id)
        return [(topics.topics[topics.ids[name]], moving[name]) for name in sorted(moving)]


def _cancelled(turn: Turn, topic: Topic, partition_id: int, partition: Partition) -> PartitionChange:
    if not partition.is_reassigning:
        raise ApiError(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS)
    back = revert(partition)
    unclean = unclean_election_enabled(turn, topic.name)
    if back.unclean and not unclean:
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"Unable to revert partition assignment for {topic.name}:{partition_id} because it would require "
            "an unclean leader election.",
        )
    change = change_of(turn, topic, partition_id)
    if unclean:
        change.election = Election.UNCLEAN
    change.isr, change.replicas = back.isr, back.replicas
    change.removing = change.adding = ()
    return change


def _check_replication_factor(partition: Partition, target: list[int]) -> None:
    """Against the replicas at the end of a move that is under way (KIP-860)."""
    staying = {*partition.replicas, *partition.adding_replicas} - set(partition.removing_replicas)
    if len(staying) != len(target):
        raise ApiError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"The replication factor is changed from {len(staying)} to {len(target)}",
        )


def _ongoing(topic: Topic, partition_ids: list[int]) -> OngoingTopicReassignment:
    found = OngoingTopicReassignment(name=topic.name)
    for partition_id in partition_ids:
        partition = topic.partitions.get(partition_id)
        if partition is not None and partition.is_reassigning:
            found.partitions.append(
                OngoingPartitionReassignment(
                    partition_index=partition_id,
                    replicas=list(partition.replicas),
                    adding_replicas=list(partition.adding_replicas),
                    removing_replicas=list(partition.removing_replicas),
                )
            )
    return found


def _refused(wanted: ReassignablePartition, error: ApiError) -> ReassignablePartitionResponse:
    return ReassignablePartitionResponse(
        partition_index=wanted.partition_index, error_code=error.code, error_message=told(error)
    )
