"""The topics of a cluster, by id and by name, each with its partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.partitions import Partition, merged, partition_of, without_elr
from ottla.metadata.record import ReplayError
from ottla.model.uuid import Uuid, uuid_text

if TYPE_CHECKING:
    from ottla.wire.message import Message
    from ottla.wire.messages.clear_elr_record import ClearElrRecord
    from ottla.wire.messages.partition_change_record import PartitionChangeRecord
    from ottla.wire.messages.partition_record import PartitionRecord
    from ottla.wire.messages.remove_topic_record import RemoveTopicRecord
    from ottla.wire.messages.topic_record import TopicRecord


class Topic(NamedTuple):
    """One topic. Its id is new each time a topic of that name is created."""

    name: str
    id: Uuid
    partitions: PersistentMap[int, Partition] = PersistentMap()

    def sorted_partitions(self) -> list[tuple[int, Partition]]:
        return self.partitions.sorted_items()


class TopicsImage(NamedTuple):
    """All topics."""

    topics: PersistentMap[Uuid, Topic] = PersistentMap()
    ids: PersistentMap[str, Uuid] = PersistentMap()

    def by_id(self, topic_id: bytes) -> Topic | None:
        return self.topics.get(Uuid(topic_id))

    def by_name(self, name: str) -> Topic | None:
        topic_id = self.ids.get(name)
        return None if topic_id is None else self.topics[topic_id]

    def partition(self, name: str, index: int) -> Partition | None:
        topic = self.by_name(name)
        return None if topic is None else topic.partitions.get(index)

    def sorted_by_name(self) -> list[Topic]:
        return [self.topics[topic_id] for _, topic_id in self.ids.sorted_items()]


def add_topic(image: TopicsImage, record: TopicRecord) -> TopicsImage:
    known = image.ids.get(record.name)
    if known is not None:
        raise ReplayError(record, f"topic {record.name} exists with the id {uuid_text(known)}")
    topic_id = Uuid(record.topic_id)
    if topic_id in image.topics:
        raise ReplayError(record, f"the id {uuid_text(topic_id)} is taken by {image.topics[topic_id].name}")
    topic = Topic(record.name, topic_id)
    return TopicsImage(image.topics.set(topic_id, topic), image.ids.set(record.name, topic_id))


def remove_topic(image: TopicsImage, record: RemoveTopicRecord) -> TopicsImage:
    topic = topic_named(image, record, record.topic_id)
    return TopicsImage(image.topics.remove(topic.id), image.ids.remove(topic.name))


def add_partition(image: TopicsImage, record: PartitionRecord) -> TopicsImage:
    """A partition that is there already is replaced."""
    topic = topic_named(image, record, record.topic_id)
    return _with(image, topic, record.partition_id, partition_of(record))


def change_partition(image: TopicsImage, record: PartitionChangeRecord) -> TopicsImage:
    topic = topic_named(image, record, record.topic_id)
    partition = topic.partitions.get(record.partition_id)
    if partition is None:
        raise ReplayError(record, f"topic {topic.name} has no partition {record.partition_id}")
    return _with(image, topic, record.partition_id, merged(partition, record))


def clear_elr(image: TopicsImage, record: ClearElrRecord) -> TopicsImage:
    """Forget the eligible leader replicas of one topic, or of all when the record names none."""
    topics = [image.by_name(record.topic_name)] if record.topic_name else image.sorted_by_name()
    for topic in topics:
        if topic is None:
            raise ReplayError(record, f"no topic is named {record.topic_name}")
        for index, partition in topic.sorted_partitions():
            cleared = without_elr(partition)
            if cleared is not partition:
                image = _with(image, image.topics[topic.id], index, cleared)
    return image


def topic_named(image: TopicsImage, record: Message, topic_id: bytes) -> Topic:
    """The topic that `record` is about. ReplayError when there is none."""
    topic = image.topics.get(Uuid(topic_id))
    if topic is None:
        raise ReplayError(record, f"no topic has the id {uuid_text(topic_id)}")
    return topic


def _with(image: TopicsImage, topic: Topic, index: int, partition: Partition) -> TopicsImage:
    changed = topic._replace(partitions=topic.partitions.set(index, partition))
    return image._replace(topics=image.topics.set(topic.id, changed))
