"""The offsets of the partitions that are wanted, one a line."""

import sys

from ottla.cli.get_offset.partition_filter import PartitionFilter
from ottla.cli.get_offset.words import Terse
from ottla.cli.tools.ending import execution_failure, message_of
from ottla.cli.tools.refusals import log_refusals
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.offsets import find_offsets
from ottla.link.admin.topics import list_topics
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition

_NO_SUCH_OFFSET = -1


async def report_offsets(
    cluster: Cluster, wanted: PartitionFilter, timestamp: int, *, exclude_internal: bool
) -> None:
    """Raises Failure."""
    try:
        partitions = await _matching(cluster, wanted, exclude_internal=exclude_internal)
    except (ApiError, CallTimedOut) as error:
        raise execution_failure(error) from error
    if not partitions:
        raise Terse("Could not match any topic-partitions with the specified filters")
    found, late = await find_offsets(cluster, dict.fromkeys(partitions, timestamp))
    log_refusals("ListOffsets", cluster.settings.client_id, found)
    for name in sorted(partitions, key=str):
        answer = found.get(name)
        if answer is None:
            assert late is not None, "else there is an answer"
            _skip(name, late)
        elif answer.error is not ErrorCode.NONE:
            _skip(name, ApiError(answer.error))
        elif answer.offset != _NO_SUCH_OFFSET:
            sys.stdout.write(f"{name.topic}:{name.partition}:{answer.offset}\n")


def _skip(name: TopicPartition, error: Exception) -> None:
    reason = message_of(execution_failure(error))
    sys.stderr.write(f"Skip getting offsets for topic-partition {name} due to error: {reason}\n")


async def _matching(
    cluster: Cluster, wanted: PartitionFilter, *, exclude_internal: bool
) -> list[TopicPartition]:
    topics = [
        topic.name
        for topic in await cluster.call(list_topics())
        if wanted.allows_topic(topic.name) and not (exclude_internal and topic.internal)
    ]
    view = await cluster.refresh(topics)
    names = (TopicPartition(topic, index) for topic in topics for index in view.topics[topic].partitions)
    return [name for name in names if wanted.allows(name)]
