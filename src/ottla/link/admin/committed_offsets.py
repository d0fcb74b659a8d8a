"""Offsets that groups have committed: read, write and delete them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ottla.link.call import COORDINATOR_PASSING, Call, Coordinator, error_code, raise_error
from ottla.link.consumer.protocol import by_topic
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages import offset_delete_request
from ottla.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from ottla.wire.messages.offset_commit_response import OffsetCommitResponse
from ottla.wire.messages.offset_delete_response import OffsetDeleteResponse
from ottla.wire.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from ottla.wire.messages.offset_fetch_response import OffsetFetchResponse

_BY_NAME_MAX = 9
"""Later versions name topics by their ids."""
_FETCH_PASSING = COORDINATOR_PASSING | {ErrorCode.UNSTABLE_OFFSET_COMMIT}


class CommittedOffset(NamedTuple):
    """How far a group has come. `leader_epoch` is -1 when it is not known."""

    offset: int
    leader_epoch: int = -1
    metadata: str = ""


def fetch_offsets(
    group: str,
    partitions: Sequence[TopicPartition] | None,
    *,
    require_stable: bool = False,
) -> Call[dict[TopicPartition, CommittedOffset]]:
    """What `group` committed for `partitions`, or for all. Where it has nothing, there is nothing."""
    topics = None
    if partitions is not None:
        topics = [
            OffsetFetchRequestTopics(name=topic, partition_indexes=indexes)
            for topic, indexes in by_topic(partitions).items()
        ]
    request = OffsetFetchRequest(
        groups=[OffsetFetchRequestGroup(group_id=group, member_id=None, member_epoch=-1, topics=topics)],
        require_stable=require_stable,
    )
    return Call("offsetFetch", Coordinator(group), request, _fetched, _BY_NAME_MAX)


def _fetched(response: OffsetFetchResponse) -> dict[TopicPartition, CommittedOffset]:
    answer = response.groups[0]
    raise_error(answer.error_code, passing=_FETCH_PASSING)
    found = {}
    for topic in answer.topics:
        for each in topic.partitions:
            raise_error(each.error_code, passing=_FETCH_PASSING)
            if each.committed_offset >= 0:
                found[TopicPartition(topic.name, each.partition_index)] = CommittedOffset(
                    each.committed_offset, each.committed_leader_epoch, each.metadata or ""
                )
    return found


def commit_offsets(
    group: str,
    offsets: Mapping[TopicPartition, CommittedOffset],
    *,
    generation: int = -1,
    member_id: str = "",
    instance_id: str | None = None,
) -> Call[dict[TopicPartition, ErrorCode]]:
    """Commit for a member, or for a group without members. The outcome of each partition."""
    request = OffsetCommitRequest(
        group_id=group,
        generation_id_or_member_epoch=generation,
        member_id=member_id,
        group_instance_id=instance_id,
        topics=[
            OffsetCommitRequestTopic(
                name=topic,
                partitions=[
                    OffsetCommitRequestPartition(
                        partition_index=index,
                        committed_offset=offsets[TopicPartition(topic, index)].offset,
                        committed_leader_epoch=offsets[TopicPartition(topic, index)].leader_epoch,
                        committed_metadata=offsets[TopicPartition(topic, index)].metadata,
                    )
                    for index in indexes
                ],
            )
            for topic, indexes in by_topic(offsets).items()
        ],
    )
    return Call("offsetCommit", Coordinator(group), request, _committed, _BY_NAME_MAX)


def _committed(response: OffsetCommitResponse) -> dict[TopicPartition, ErrorCode]:
    outcome = {}
    for topic in response.topics:
        for each in topic.partitions:
            if error_code(each.error_code) in COORDINATOR_PASSING:
                raise_error(each.error_code, passing=COORDINATOR_PASSING)
            outcome[TopicPartition(topic.name, each.partition_index)] = error_code(each.error_code)
    return outcome


def delete_offsets(group: str, partitions: Sequence[TopicPartition]) -> Call[dict[TopicPartition, ErrorCode]]:
    """Forget what `group` committed for `partitions`. Raises ApiError for the group, not for one of them."""
    request = offset_delete_request.OffsetDeleteRequest(
        group_id=group,
        topics=[
            offset_delete_request.OffsetDeleteRequestTopic(
                name=topic,
                partitions=[
                    offset_delete_request.OffsetDeleteRequestPartition(partition_index=index)
                    for index in indexes
                ],
            )
            for topic, indexes in by_topic(partitions).items()
        ],
    )
    return Call("offsetDelete", Coordinator(group), request, _deleted)


def _deleted(response: OffsetDeleteResponse) -> dict[TopicPartition, ErrorCode]:
    raise_error(response.error_code, passing=COORDINATOR_PASSING)
    return {
        TopicPartition(topic.name, each.partition_index): error_code(each.error_code)
        for topic in response.topics
        for each in topic.partitions
    }
