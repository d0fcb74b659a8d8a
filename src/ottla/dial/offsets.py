"""Offsets by time, and what is deleted before an offset, of partitions that many nodes may lead."""

from collections.abc import Mapping

from ottla.dial.cluster import Cluster
from ottla.dial.leaders import Answers, ask_leaders
from ottla.link.admin.offsets import FoundOffset, list_offsets
from ottla.link.admin.records import DeletedRecords, delete_records
from ottla.link.call import Call
from ottla.model.ids import TopicPartition


async def find_offsets(
    cluster: Cluster,
    timestamps: Mapping[TopicPartition, int],
    *,
    read_committed: bool = False,
    timeout_ms: int | None = None,
) -> Answers[FoundOffset]:
    """Where each leader finds the timestamp."""
    within_ms = cluster.settings.api_timeout_ms if timeout_ms is None else timeout_ms

    def ask(leader: int, wanted: Mapping[TopicPartition, int]) -> Call[dict[TopicPartition, FoundOffset]]:
        return list_offsets(leader, wanted, read_committed=read_committed, timeout_ms=within_ms)

    return await ask_leaders(cluster, timestamps, ask, "listOffsets", within_ms)


async def delete_before(cluster: Cluster, offsets: Mapping[TopicPartition, int]) -> Answers[DeletedRecords]:
    """Each log begins at the offset from now on."""
    within_ms = cluster.settings.api_timeout_ms
    return await ask_leaders(cluster, offsets, delete_records, "deleteRecords", within_ms)
