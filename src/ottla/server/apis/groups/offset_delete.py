"""OffsetDelete (key 47): offsets that a group does not read any more go (KIP-496).

Versions: 0.
Errors: INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, COORDINATOR_LOAD_IN_PROGRESS,
COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR; per partition UNKNOWN_TOPIC_OR_PARTITION,
GROUP_SUBSCRIBED_TO_TOPIC.
"""

from ottla.groups.answers import Refused
from ottla.groups.commands import DeleteOffsets
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.offset_delete_request import OffsetDeleteRequest, OffsetDeleteRequestTopic
from ottla.wire.messages.offset_delete_response import (
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)

_Asked = tuple[tuple[str, int], OffsetDeleteResponsePartition]


def offset_delete(
    request: OffsetDeleteRequest, context: RequestContext
) -> OffsetDeleteResponse | Later[OffsetDeleteResponse]:
    if not request.group_id:
        return OffsetDeleteResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    asked: list[_Asked] = []
    response = OffsetDeleteResponse(topics=[_topic(topic, context, asked) for topic in request.topics])
    partitions = tuple(partition for partition, _ in asked)
    answer = context.broker.groups.submit(
        request.group_id, lambda ticket: DeleteOffsets(ticket, request.group_id, partitions)
    )
    return answer.then(lambda errors: _filled(response, asked, errors))


def _topic(
    topic: OffsetDeleteRequestTopic, context: RequestContext, asked: list[_Asked]
) -> OffsetDeleteResponseTopic:
    """The topic's part of the response; `asked` grows by what the group's coordinator must decide."""
    known = context.image.topics.by_name(topic.name)
    answer = OffsetDeleteResponseTopic(name=topic.name)
    for partition in topic.partitions:
        index = partition.partition_index
        result = OffsetDeleteResponsePartition(partition_index=index)
        answer.partitions.append(result)
        if known is None or index not in known.partitions:
            result.error_code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        else:
            asked.append(((topic.name, index), result))
    return answer


def _filled(
    response: OffsetDeleteResponse, asked: list[_Asked], errors: tuple[ErrorCode, ...] | Refused
) -> OffsetDeleteResponse:
    if isinstance(errors, Refused):
        return OffsetDeleteResponse(error_code=errors.error)
    for (_, result), error in zip(asked, errors, strict=True):
        result.error_code = error
    return response
