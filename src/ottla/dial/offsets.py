"""Offsets by time of partitions that many nodes may lead."""

import asyncio
from collections.abc import Mapping

from ottla.dial.cluster import CallTimedOut, Cluster
from ottla.link.admin.offsets import FoundOffset, list_offsets
from ottla.link.cluster_view import NO_LEADER
from ottla.link.settings import backoff_ms
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition


async def find_offsets(
    cluster: Cluster,
    timestamps: Mapping[TopicPartition, int],
    *,
    read_committed: bool = False,
    timeout_ms: int | None = None,
) -> dict[TopicPartition, FoundOffset]:
    """What each leader says; errors that may pass are asked again. Raises CallTimedOut."""
    within_ms = cluster.settings.api_timeout_ms if timeout_ms is None else timeout_ms
    found: dict[TopicPartition, FoundOffset] = {}
    try:
        async with asyncio.timeout(within_ms / 1000):
            await _insist(cluster, dict(timestamps), found, within_ms, read_committed=read_committed)
    except TimeoutError:
        raise CallTimedOut("Timed out waiting for a node assignment. Call: listOffsets") from None
    return found


async def _insist(
    cluster: Cluster,
    open_: dict[TopicPartition, int],
    found: dict[TopicPartition, FoundOffset],
    within_ms: int,
    *,
    read_committed: bool,
) -> None:
    attempts = 0
    while open_:
        view = await cluster.refresh({name.topic for name in open_})
        by_leader: dict[int, dict[TopicPartition, int]] = {}
        for name, timestamp in open_.items():
            by_leader.setdefault(view.leader(name), {})[name] = timestamp
        by_leader.pop(NO_LEADER, None)
        for leader, wanted in by_leader.items():
            call = list_offsets(leader, wanted, read_committed=read_committed, timeout_ms=within_ms)
            for name, answer in (await cluster.call(call)).items():
                if answer.error is ErrorCode.NONE or not answer.error.retriable:
                    found[name] = answer
                    del open_[name]
        if open_:
            attempts += 1
            settings = cluster.settings
            pause = backoff_ms(settings.retry_backoff_ms, settings.retry_backoff_max_ms, attempts)
            await asyncio.sleep(pause / 1000)
