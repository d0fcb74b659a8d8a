"""OffsetFetch (key 9): what groups have committed.

Versions: 2 fetches all partitions with null and has a top-level error; 5 adds leader epochs; 6 is flexible; 7
can demand stable offsets (KIP-447); 8 takes many groups (KIP-709); 9 takes member epochs (KIP-848); 10 names
topics by id.
Errors, per group (per partition in version 1): UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, STALE_MEMBER_EPOCH,
COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR; per partition UNKNOWN_TOPIC_ID, UNSTABLE_OFFSET_COMMIT.
"""

from collections.abc import Iterable
from typing import Any

from ottla.groups.answers import FetchedOffset, Refused
from ottla.groups.commands import FetchOffsets, WantedOffset
from ottla.machine.later import Later, all_of
from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO
from ottla.server.context import RequestContext
from ottla.wire.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from ottla.wire.messages.offset_fetch_response import (
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)

_GROUP_ERROR_FROM = 2
_MANY_FROM = 8
_TOPIC_IDS_FROM = 10


def offset_fetch(request: OffsetFetchRequest, context: RequestContext) -> Later[OffsetFetchResponse]:
    if context.version >= _MANY_FROM:
        groups = [_fetch(group, request.require_stable, context) for group in request.groups]
        return all_of(groups).then(lambda fetched: OffsetFetchResponse(groups=fetched))
    answer = _fetch(_as_group(request), request.require_stable, context)
    return answer.then(_as_single)


def _fetch(
    group: OffsetFetchRequestGroup, require_stable: bool, context: RequestContext
) -> Later[OffsetFetchResponseGroup]:
    unknown: list[FetchedOffset] = []
    wanted = None if group.topics is None else tuple(_wanted(group.topics, context, unknown))
    answer = context.broker.groups.submit(
        group.group_id,
        lambda ticket: FetchOffsets(
            ticket, group.group_id, group.member_id, group.member_epoch, wanted, require_stable
        ),
    )
    return answer.then(lambda fetched: _group(group, fetched, unknown, context))


def _wanted(
    topics: Iterable[OffsetFetchRequestTopics], context: RequestContext, unknown: list[FetchedOffset]
) -> Iterable[WantedOffset]:
    """What the group's coordinator is asked for. Ids that name no topic go to `unknown`."""
    for topic in topics:
        name = topic.name
        if context.version >= _TOPIC_IDS_FROM:
            known = context.image.topics.by_id(topic.topic_id)
            if known is None:
                unknown += [
                    FetchedOffset("", topic.topic_id, index, error=ErrorCode.UNKNOWN_TOPIC_ID)
                    for index in topic.partition_indexes
                ]
                continue
            name = known.name
        for index in topic.partition_indexes:
            yield WantedOffset(name, topic.topic_id, index)


def _group(
    group: OffsetFetchRequestGroup,
    fetched: tuple[FetchedOffset, ...] | Refused,
    unknown: list[FetchedOffset],
    context: RequestContext,
) -> OffsetFetchResponseGroup:
    if isinstance(fetched, Refused):
        return _failed(group, _for_old_clients(fetched.error), context.version)
    offsets: Iterable[FetchedOffset] = [*fetched, *unknown]
    if group.topics is None and context.version >= _TOPIC_IDS_FROM:
        offsets = _with_topic_ids(fetched, context)
    topics: dict[tuple[str, bytes], OffsetFetchResponseTopics] = {}
    for offset in offsets:
        key = offset.topic, offset.topic_id
        if key not in topics:
            topics[key] = OffsetFetchResponseTopics(name=offset.topic, topic_id=offset.topic_id)
        topics[key].partitions.append(
            OffsetFetchResponsePartitions(
                partition_index=offset.partition,
                committed_offset=offset.offset,
                committed_leader_epoch=offset.leader_epoch,
                metadata=offset.metadata,
                error_code=offset.error,
            )
        )
    return OffsetFetchResponseGroup(group_id=group.group_id, topics=list(topics.values()))


def _with_topic_ids(fetched: Iterable[FetchedOffset], context: RequestContext) -> Iterable[FetchedOffset]:
    """All offsets of a group, by topic id. One whose topic is gone can't be told."""
    for offset in fetched:
        topic = context.image.topics.by_name(offset.topic)
        if topic is not None and topic.id != ZERO:
            yield offset._replace(topic_id=topic.id)


def _failed(group: OffsetFetchRequestGroup, error: ErrorCode, version: int) -> OffsetFetchResponseGroup:
    if version >= _GROUP_ERROR_FROM:
        return OffsetFetchResponseGroup(group_id=group.group_id, error_code=error)
    return OffsetFetchResponseGroup(
        group_id=group.group_id,
        topics=[
            OffsetFetchResponseTopics(
                name=topic.name,
                partitions=[
                    OffsetFetchResponsePartitions(
                        partition_index=index, committed_offset=-1, metadata="", error_code=error
                    )
                    for index in topic.partition_indexes
                ],
            )
            for topic in group.topics or ()
        ],
    )


def _for_old_clients(error: ErrorCode) -> ErrorCode:
    """Consumers before 3.9 give up on COORDINATOR_NOT_AVAILABLE here, but look for the coordinator again."""
    return ErrorCode.NOT_COORDINATOR if error is ErrorCode.COORDINATOR_NOT_AVAILABLE else error


def _as_group(request: OffsetFetchRequest) -> OffsetFetchRequestGroup:
    """The one group of versions before 8."""
    topics = request.topics
    return OffsetFetchRequestGroup(
        group_id=request.group_id,
        topics=None if topics is None else [_as_named(topic) for topic in topics],
    )


def _as_named(topic: Any) -> OffsetFetchRequestTopics:
    return OffsetFetchRequestTopics(name=topic.name, partition_indexes=topic.partition_indexes)


def _as_single(group: OffsetFetchResponseGroup) -> OffsetFetchResponse:
    return OffsetFetchResponse(
        error_code=group.error_code,
        topics=[
            OffsetFetchResponseTopic(
                name=topic.name,
                partitions=[
                    OffsetFetchResponsePartition(
                        partition_index=each.partition_index,
                        committed_offset=each.committed_offset,
                        committed_leader_epoch=each.committed_leader_epoch,
                        metadata=each.metadata,
                        error_code=each.error_code,
                    )
                    for each in topic.partitions
                ],
            )
            for topic in group.topics
        ],
    )
