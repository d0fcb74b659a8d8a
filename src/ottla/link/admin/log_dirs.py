"""What the log directories of one broker hold (KIP-113)."""

from typing import NamedTuple

from ottla.link.call import Call, Node, error_code, raise_error
from ottla.model.errors import ApiError
from ottla.model.ids import TopicPartition
from ottla.wire.messages.describe_log_dirs_request import DescribeLogDirsRequest
from ottla.wire.messages.describe_log_dirs_response import DescribeLogDirsResponse


class Replica(NamedTuple):
    """One log. `size` in bytes; `offset_lag` is how far its end lies behind."""

    size: int
    offset_lag: int
    is_future: bool


class LogDir(NamedTuple):
    """One directory, or why it can't be told."""

    path: str
    error: ApiError | None
    replicas: dict[TopicPartition, Replica]


def describe_log_dirs(broker: int) -> Call[list[LogDir]]:
    """All partitions in all directories of `broker`."""
    return Call("describeLogDirs", Node(broker), DescribeLogDirsRequest(topics=None), _described)


def _described(response: DescribeLogDirsResponse) -> list[LogDir]:
    raise_error(response.error_code)
    return [
        LogDir(
            each.log_dir,
            ApiError(error_code(each.error_code)) if each.error_code else None,
            {
                TopicPartition(topic.name, one.partition_index): Replica(
                    one.partition_size, one.offset_lag, one.is_future_key
                )
                for topic in each.topics
                for one in topic.partitions
            },
        )
        for each in response.results
    ]
