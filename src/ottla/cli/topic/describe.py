"""`kafka-topics --describe`."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ottla.cli.options import Options
from ottla.cli.tools.ending import IllegalArgument
from ottla.cli.tools.java_order import hash_order
from ottla.cli.tools.java_uuid import given_uuid
from ottla.cli.topic.matching import ensure_topic_exists, matching_topics
from ottla.dial.cluster import Cluster
from ottla.link.admin import topics as admin
from ottla.link.admin.cluster import describe_cluster
from ottla.link.admin.configs import ConfigEntry, Resource, ResourceType, describe_configs
from ottla.link.admin.topics import DescribedPartition, DescribedTopic, Reassignment
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.model.uuid import ZERO, uuid_text
from ottla.wire.primitives import UnsupportedVersion

_PARTITIONS_PER_ANSWER = 2_000


async def describe_topics(cluster: Cluster, options: Options) -> None:
    described = await _wanted(cluster, options)
    configs = await _configs(cluster, [topic.name for topic in described])
    live = {node.id for node in (await cluster.call(describe_cluster())).nodes}
    reassignments = await _reassignments(cluster, described)
    report = _Report(options, live, reassignments)
    for topic in described:
        sys.stdout.write(report.topic(topic, configs[topic.name]))


async def described_topics(
    cluster: Cluster, names: Sequence[str], limit: int = _PARTITIONS_PER_ANSWER
) -> list[DescribedTopic]:
    """All of `names`, page after page."""
    if not names:
        return []  # the request would mean all there are
    found: dict[str, DescribedTopic] = {}
    cursor: tuple[str, int] | None = None
    while True:
        page = await cluster.call(admin.describe_topics(names, limit, cursor))
        for topic in page.topics:
            known = found.setdefault(topic.name, DescribedTopic(topic.name, topic.id, []))
            known.partitions.extend(topic.partitions)
        if page.cursor is None:
            return [found[name] for name in hash_order(names, capacity=len(names))]
        cursor = page.cursor


async def _wanted(cluster: Cluster, options: Options) -> list[DescribedTopic]:
    text = options.text("topic-id")
    wanted = ZERO if text is None else given_uuid(text)
    if wanted != ZERO:
        listed = await cluster.call(admin.list_topics())
        there = [
            topic.id
            for topic in listed
            if topic.id == wanted and not (options.has("exclude-internal") and topic.internal)
        ]
        if not there and not options.has("if-exists"):
            raise IllegalArgument(f"TopicId '{uuid_text(wanted)}' does not exist as expected")
        return await cluster.call(admin.describe_topic_ids(there)) if there else []
    names = await matching_topics(cluster, options)
    ensure_topic_exists(names, options)
    limit = options.number("partition-size-limit-per-response")
    return await described_topics(cluster, names, _PARTITIONS_PER_ANSWER if limit is None else limit)


async def _configs(cluster: Cluster, topics: list[str]) -> dict[str, list[ConfigEntry]]:
    if not topics:
        return {}
    found = await cluster.call(describe_configs([Resource(ResourceType.TOPIC, topic) for topic in topics]))
    return {resource.name: entries for resource, entries in found.items()}


async def _reassignments(
    cluster: Cluster, described: list[DescribedTopic]
) -> dict[TopicPartition, Reassignment]:
    names = [TopicPartition(topic.name, each.partition) for topic in described for each in topic.partitions]
    try:
        return await cluster.call(admin.list_reassignments(names))
    except UnsupportedVersion:
        return {}
    except ApiError as error:
        if error.code == ErrorCode.CLUSTER_AUTHORIZATION_FAILED:
            return {}
        raise


@dataclass(frozen=True, slots=True)
class _Report:
    """Which lines the user wants to see, and what they say."""

    options: Options
    live: set[int]
    reassignments: dict[TopicPartition, Reassignment]

    def topic(self, topic: DescribedTopic, configs: list[ConfigEntry]) -> str:
        partitions = sorted(topic.partitions)
        lines = []
        overridden = any(not entry.is_default for entry in configs)
        if self._tells_all and (overridden or not self.options.has("topics-with-overrides")):
            lines.append(self._head(topic, partitions[0], configs))
        if not self.options.has("topics-with-overrides"):
            min_isr = next(entry.value for entry in configs if entry.name == "min.insync.replicas")
            lines += [
                self._line(topic.name, each)
                for each in partitions
                if self._tells_all or self._is_reported(topic.name, each, int(min_isr or 0))
            ]
        return "".join(lines)

    @property
    def _tells_all(self) -> bool:
        reports = ("unavailable", "under-replicated", "under-min-isr", "at-min-isr")
        return not any(self.options.has(f"{report}-partitions") for report in reports)

    def _is_reported(self, topic: str, partition: DescribedPartition, min_isr: int) -> bool:
        has, in_sync = self.options.has, len(partition.isr)
        missing = self._replication_factor(topic, partition) - in_sync
        return (
            (has("under-replicated-partitions") and missing > 0)
            or (has("unavailable-partitions") and partition.leader not in self.live)
            or (has("under-min-isr-partitions") and (partition.leader is None or in_sync < min_isr))
            or (has("at-min-isr-partitions") and in_sync == min_isr)
        )

    def _replication_factor(self, topic: str, partition: DescribedPartition) -> int:
        """Replicas that are only being added don't count."""
        moving = self.reassignments.get(TopicPartition(topic, partition.partition))
        if moving is None or not set(partition.replicas) & {*moving.adding, *moving.removing}:
            return len(partition.replicas)
        return len(moving.replicas) - len(moving.adding)

    def _head(self, topic: DescribedTopic, first: DescribedPartition, configs: list[ConfigEntry]) -> str:
        values = {entry.name: entry for entry in configs}
        overridden = ",".join(
            f"{name}={_shown(values[name].value)}"
            for name in hash_order(values)
            if not values[name].is_default
        )
        id_ = "" if topic.id == ZERO else f"\tTopicId: {uuid_text(topic.id)}"
        return (
            f"Topic: {topic.name}{id_}\tPartitionCount: {len(topic.partitions)}"
            f"\tReplicationFactor: {self._replication_factor(topic.name, first)}\tConfigs: {overridden}\n"
        )

    def _line(self, topic: str, partition: DescribedPartition) -> str:
        leader = "none" if partition.leader is None else partition.leader
        moving = self.reassignments.get(TopicPartition(topic, partition.partition))
        change = ""
        if moving is not None:
            change = f"\tAdding Replicas: {_ids(moving.adding)}\tRemoving Replicas: {_ids(moving.removing)}"
        return (
            f"\tTopic: {topic}\tPartition: {partition.partition}\tLeader: {leader}"
            f"\tReplicas: {_ids(partition.replicas)}\tIsr: {_ids(partition.isr)}{change}"
            f"\tElr: {_ids(partition.elr)}\tLastKnownElr: {_ids(partition.last_known_elr)}\n"
        )


def _ids(brokers: Sequence[int] | None) -> str:
    return "N/A" if brokers is None else ",".join(str(broker) for broker in brokers)


def _shown(value: str | None) -> str:
    return "null" if value is None else value
