"""DescribeLogDirs (key 35): the log directories of this broker, and the partitions in them.

Versions: 1 to 5; 3 adds a top-level error, 4 the size of the volume (KIP-827), 5 cordoned directories
(KIP-1066).
Errors, per directory: KAFKA_STORAGE_ERROR when it can't be read.
"""

from collections.abc import Mapping

from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.runtime.partitions.log_directory import LogDirectory
from ottla.server.context import RequestContext
from ottla.wire.messages.describe_log_dirs_request import DescribeLogDirsRequest
from ottla.wire.messages.describe_log_dirs_response import (
    DescribeLogDirsPartition,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)


def describe_log_dirs(request: DescribeLogDirsRequest, context: RequestContext) -> DescribeLogDirsResponse:
    wanted = None
    if request.topics is not None:
        wanted = {(topic.topic, index) for topic in request.topics for index in topic.partitions}
    directories = context.broker.directories.all()
    return DescribeLogDirsResponse(results=[_directory(each, wanted, context) for each in directories])


def _directory(
    directory: LogDirectory, wanted: set[tuple[str, int]] | None, context: RequestContext
) -> DescribeLogDirsResult:
    try:
        total, usable = directory.usage()
    except OSError:
        return DescribeLogDirsResult(log_dir=directory.path, error_code=ErrorCode.KAFKA_STORAGE_ERROR)
    sizes = {name: size for name, size in directory.sizes().items() if wanted is None or name in wanted}
    return DescribeLogDirsResult(
        log_dir=directory.path, topics=_topics(sizes, context), total_bytes=total, usable_bytes=usable
    )


def _topics(sizes: Mapping[TopicPartition, int], context: RequestContext) -> list[DescribeLogDirsTopic]:
    topics: dict[str, DescribeLogDirsTopic] = {}
    for name, size in sizes.items():
        topic = topics.setdefault(name.topic, DescribeLogDirsTopic(name=name.topic))
        topic.partitions.append(
            DescribeLogDirsPartition(
                partition_index=name.partition, partition_size=size, offset_lag=_lag(name, context)
            )
        )
    return list(topics.values())


def _lag(name: TopicPartition, context: RequestContext) -> int:
    """How far the log's end is from the high watermark (0 at a leader without followers)."""
    partition = context.broker.partitions.find(*name)
    return 0 if partition is None else partition.log.log_end_offset - partition.high_watermark
