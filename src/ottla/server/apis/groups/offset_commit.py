"""OffsetCommit (key 8): where a group, or one without members, continues.

Versions: 2-4 carry a retention time; 6 adds leader epochs; 7 instance ids (KIP-345); 8 is flexible; 9 takes
member epochs (KIP-848) and answers GROUP_ID_NOT_FOUND; 10 names topics by id.
Errors, per partition: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, OFFSET_METADATA_TOO_LARGE; and on every
partition UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, STALE_MEMBER_EPOCH,
REBALANCE_IN_PROGRESS, GROUP_ID_NOT_FOUND, UNSUPPORTED_VERSION, COORDINATOR_LOAD_IN_PROGRESS,
COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR.
"""

from ottla.groups.answers import Refused
from ottla.groups.commands import CommitOffsets, OffsetToCommit
from ottla.machine.later import Later
from ottla.metadata.topics import Topic
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.server.context import RequestContext
from ottla.wire.messages.offset_commit_request import OffsetCommitRequest, OffsetCommitRequestTopic
from ottla.wire.messages.offset_commit_response import (
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)

_TOPIC_IDS_FROM = 10
_RETENTION_UNTIL = 4
_Asked = tuple[OffsetToCommit, OffsetCommitResponsePartition]


def offset_commit(
    request: OffsetCommitRequest, context: RequestContext
) -> OffsetCommitResponse | Later[OffsetCommitResponse]:
    asked: list[_Asked] = []
    response = OffsetCommitResponse(topics=[_topic(topic, context, asked) for topic in request.topics])
    if not asked:
        return response
    answer = context.broker.groups.submit(
        request.group_id, lambda ticket: _command(ticket, request, context.version, asked)
    )
    return answer.then(lambda errors: _filled(response, asked, errors))


def _topic(
    topic: OffsetCommitRequestTopic, context: RequestContext, asked: list[_Asked]
) -> OffsetCommitResponseTopic:
    """The topic's part of the response; `asked` grows by what the group's coordinator must decide."""
    by_id = context.version >= _TOPIC_IDS_FROM
    known = context.image.topics.by_id(topic.topic_id) if by_id else context.image.topics.by_name(topic.name)
    answer = OffsetCommitResponseTopic(name=topic.name, topic_id=topic.topic_id)
    for partition in topic.partitions:
        result = OffsetCommitResponsePartition(partition_index=partition.partition_index)
        answer.partitions.append(result)
        error = _missing(known, partition.partition_index, by_id)
        if error is not ErrorCode.NONE or known is None:
            result.error_code = error
            continue
        wanted = OffsetToCommit(
            known.name,
            known.id,
            partition.partition_index,
            partition.committed_offset,
            partition.committed_leader_epoch,
            partition.committed_metadata,
        )
        asked.append((wanted, result))
    return answer


def _missing(topic: Topic | None, index: int, by_id: bool) -> ErrorCode:
    if topic is None:
        return ErrorCode.UNKNOWN_TOPIC_ID if by_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    return ErrorCode.NONE if index in topic.partitions else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def _command(
    ticket: Ticket, request: OffsetCommitRequest, version: int, asked: list[_Asked]
) -> CommitOffsets:
    return CommitOffsets(
        ticket=ticket,
        group_id=request.group_id,
        generation=request.generation_id_or_member_epoch,
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        retention_ms=request.retention_time_ms if version <= _RETENTION_UNTIL else -1,
        offsets=tuple(wanted for wanted, _ in asked),
        version=version,
    )


def _filled(
    response: OffsetCommitResponse, asked: list[_Asked], errors: tuple[ErrorCode, ...] | Refused
) -> OffsetCommitResponse:
    if isinstance(errors, Refused):
        errors = (errors.error,) * len(asked)
    for (_, result), error in zip(asked, errors, strict=True):
        result.error_code = error
    return response
