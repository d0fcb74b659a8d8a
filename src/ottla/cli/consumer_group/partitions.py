"""Partitions as the command line names them: `topic`, `topic:0,1`."""

import re
from collections.abc import Iterable

from ottla.cli.tools.ending import IllegalArgument
from ottla.dial.cluster import Cluster
from ottla.link.cluster_view import NO_LEADER
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition

_NUMBER = re.compile(r"[+-]?[0-9]+")


def named_partitions(text: str) -> list[TopicPartition]:
    """`topic:0,1`. Raises IllegalArgument."""
    parts = text.rstrip(":").split(":")
    if len(parts) != 2:
        raise IllegalArgument(f"Invalid topic arg '{text}', expected topic name and partitions")
    topic, indexes = parts
    for index in indexes.split(","):
        if not _NUMBER.fullmatch(index):
            raise IllegalArgument(f"Invalid partition '{index}' specified in topic arg '{text}''")
    return [TopicPartition(topic, int(index)) for index in indexes.split(",")]


async def chosen_partitions(cluster: Cluster, texts: Iterable[str]) -> list[TopicPartition]:
    """All that are named; of a topic that is named alone all partitions. Raises ApiError."""
    texts = list(texts)
    found = [name for text in texts if ":" in text for name in named_partitions(text)]
    whole = [text for text in texts if ":" not in text]
    await _know(cluster, whole)
    for topic in whole:
        found += [TopicPartition(topic, index) for index in cluster.view.partitions_of(topic)]
    return found


async def check_partitions(cluster: Cluster, partitions: Iterable[TopicPartition]) -> None:
    """Each must exist and have a leader. Raises ApiError."""
    partitions = list(partitions)
    await _know(cluster, sorted({name.topic for name in partitions}))
    view = cluster.view
    missing = [str(name) for name in partitions if name.partition not in view.topics[name.topic].partitions]
    if missing:
        text = f'The partitions "{",".join(missing)}" do not exist'
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, text)
    leaderless = [str(name) for name in partitions if view.leader(name) == NO_LEADER]
    if leaderless:
        text = f'The partitions "{",".join(leaderless)}" have no leader'
        raise ApiError(ErrorCode.LEADER_NOT_AVAILABLE, text)


async def _know(cluster: Cluster, topics: list[str]) -> None:
    if not topics:
        return
    view = await cluster.refresh(topics)
    for topic in topics:
        if view.topics[topic].error:
            raise ApiError(ErrorCode(view.topics[topic].error))
