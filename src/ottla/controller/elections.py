"""ElectLeaders (43): give leadership to the preferred replicas, or to any that lives (KIP-460)."""

from enum import IntEnum
from typing import NamedTuple

from ottla.controller.leadership import change_of
from ottla.controller.partition_change import Election
from ottla.controller.turn import Outcome, Turn, bounded
from ottla.metadata.partitions import NO_LEADER
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.elect_leaders_request import ElectLeadersRequest
from ottla.wire.messages.elect_leaders_response import (
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
)


class ElectionType(IntEnum):
    """As numbered in the request."""

    PREFERRED = 0
    UNCLEAN = 1


class ElectLeaders(NamedTuple):
    """Elect leaders of the partitions named, or of all; of these the answer leaves out who needed none."""

    ticket: Ticket
    request: ElectLeadersRequest

    def decide(self, turn: Turn) -> Outcome:
        try:
            type_ = ElectionType(self.request.election_type)
        except ValueError:
            raise ApiError(
                ErrorCode.INVALID_REQUEST, f"Unknown election type {self.request.election_type}"
            ) from None
        records: list[MetadataRecord] = []
        results = []
        for name, partition_ids in self._wanted(turn):
            outcomes = [_outcome(turn, name, each, type_, records) for each in partition_ids]
            if self.request.topic_partitions is None:
                outcomes = [each for each in outcomes if each.error_code != ErrorCode.ELECTION_NOT_NEEDED]
            results.append(ReplicaElectionResult(topic=name, partition_result=outcomes))
        response = ElectLeadersResponse(replica_election_results=results)
        return turn.answer(self.ticket, response, bounded(records))

    def refused(self, error: ApiError) -> ElectLeadersResponse:
        return ElectLeadersResponse(
            error_code=error.code,
            replica_election_results=[
                ReplicaElectionResult(
                    topic=topic.topic,
                    partition_result=[_result(partition_id, error) for partition_id in topic.partitions],
                )
                for topic in self.request.topic_partitions or ()
            ],
        )

    def _wanted(self, turn: Turn) -> list[tuple[str, list[int]]]:
        if self.request.topic_partitions is not None:
            return [(topic.topic, topic.partitions) for topic in self.request.topic_partitions]
        return [
            (topic.name, [partition_id for partition_id, _ in topic.sorted_partitions()])
            for topic in turn.image.topics.sorted_by_name()
        ]


def _outcome(
    turn: Turn, name: str, partition_id: int, type_: ElectionType, records: list[MetadataRecord]
) -> PartitionResult:
    try:
        records.append(_elect(turn, name, partition_id, type_))
    except ApiError as refusal:
        return _result(partition_id, refusal)
    return PartitionResult(partition_id=partition_id, error_message=None)


def _elect(turn: Turn, name: str, partition_id: int, type_: ElectionType) -> MetadataRecord:
    topic = turn.image.topics.by_name(name)
    if topic is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"No such topic as {name}")
    partition = topic.partitions.get(partition_id)
    if partition is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"No such partition as {name}-{partition_id}")
    preferred = type_ is ElectionType.PREFERRED
    if partition.leader == partition.preferred_leader if preferred else partition.leader != NO_LEADER:
        raise ApiError(ErrorCode.ELECTION_NOT_NEEDED)
    change = change_of(turn, topic, partition_id)
    change.election = Election.PREFERRED if preferred else Election.UNCLEAN
    record = change.build()
    if record is None:
        raise ApiError(
            ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
            if preferred
            else ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE
        )
    return record


def _result(partition_id: int, error: ApiError) -> PartitionResult:
    return PartitionResult(
        partition_id=partition_id, error_code=error.code, error_message=error.message or error.code.text
    )
