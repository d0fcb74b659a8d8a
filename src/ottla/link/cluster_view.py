"""What a client knows of a cluster: nodes, topics and who leads what, from Metadata answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.messages.metadata_response import MetadataResponse, MetadataResponseTopic

NO_LEADER = -1


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """One node and where its clients find it."""

    id: int
    host: str
    port: int
    rack: str | None = None


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition; `leader` is NO_LEADER when there is none."""

    partition: int
    leader: int
    leader_epoch: int
    replicas: tuple[int, ...]
    isr: tuple[int, ...]
    offline: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TopicView:
    """One topic, or why it can't be seen."""

    name: str
    id: bytes
    internal: bool
    error: int
    partitions: dict[int, PartitionView]


@dataclass(slots=True)
class ClusterView:
    """The latest of every answer. Topics that are not asked for stay as they were."""

    cluster_id: str | None = None
    controller_id: int = -1
    nodes: dict[int, NodeAddress] = field(default_factory=dict)
    topics: dict[str, TopicView] = field(default_factory=dict)

    def learn(self, response: MetadataResponse, *, everything: bool = False) -> None:
        """Take over an answer; `everything` when all topics were asked for."""
        self.cluster_id, self.controller_id = response.cluster_id, response.controller_id
        self.nodes = {
            each.node_id: NodeAddress(each.node_id, each.host, each.port, each.rack)
            for each in response.brokers
        }
        if everything:
            self.topics.clear()
        for topic in response.topics:
            if topic.name is not None:
                self.topics[topic.name] = _topic(topic, self.topics.get(topic.name))

    def partitions_of(self, topic: str) -> list[int]:
        """Its partitions in order; none for a topic that is not known."""
        known = self.topics.get(topic)
        return [] if known is None else sorted(known.partitions)

    def leader(self, name: TopicPartition) -> int:
        """Who leads, NO_LEADER when nobody is known to."""
        topic = self.topics.get(name.topic)
        partition = None if topic is None else topic.partitions.get(name.partition)
        return NO_LEADER if partition is None else partition.leader

    def topic_id(self, topic: str) -> bytes:
        known = self.topics.get(topic)
        return bytes(16) if known is None else known.id

    def name_of(self, topic_id: bytes) -> str | None:
        return next((topic.name for topic in self.topics.values() if topic.id == topic_id), None)


def metadata_request(topics: Iterable[str] | None, *, create: bool = False) -> MetadataRequest:
    """Ask for these topics, or for all of them."""
    asked = None if topics is None else [MetadataRequestTopic(name=name) for name in sorted(topics)]
    return MetadataRequest(topics=asked, allow_auto_topic_creation=create)


def _topic(topic: MetadataResponseTopic, known: TopicView | None) -> TopicView:
    assert topic.name is not None, "topics without names are not ours"
    partitions = {
        each.partition_index: PartitionView(
            each.partition_index,
            each.leader_id if each.error_code != ErrorCode.LEADER_NOT_AVAILABLE else NO_LEADER,
            each.leader_epoch,
            tuple(each.replica_nodes),
            tuple(each.isr_nodes),
            tuple(each.offline_replicas),
        )
        for each in topic.partitions
    }
    if known is not None and known.id == topic.topic_id:
        # An answer from a node that lags must not take us back to an older leader.
        for index, partition in known.partitions.items():
            if index in partitions and partitions[index].leader_epoch < partition.leader_epoch:
                partitions[index] = partition
    return TopicView(topic.name, topic.topic_id, topic.is_internal, topic.error_code, partitions)
