"""The controller's durable state: the metadata image with everything appended so far, committed or not."""

from typing import NamedTuple, Self

from ottla.controller.partition_index import PartitionIndex, PartitionKey
from ottla.machine.maps import PersistentMap
from ottla.metadata import replay
from ottla.metadata.image import EMPTY, MetadataImage
from ottla.metadata.partitions import Partition
from ottla.metadata.record import MetadataRecord
from ottla.metadata.touched import touched_by
from ottla.metadata.transactions import OpenTransaction, begin, close
from ottla.model.topics import collision_key
from ottla.wire.message import Message
from ottla.wire.messages.register_broker_record import RegisterBrokerRecord
from ottla.wire.messages.remove_topic_record import RemoveTopicRecord
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.messages.unregister_broker_record import UnregisterBrokerRecord


class ControllerState(NamedTuple):
    """A value: rolling back an append that failed is keeping the old one."""

    image: MetadataImage = EMPTY
    next_offset: int = 0
    """Where the next record will stand in the log, and so the epoch of a broker that registers now."""
    partitions: PartitionIndex = PartitionIndex()
    registered_at: PersistentMap[int, int] = PersistentMap()
    """By broker: where its last RegisterBrokerRecord stands; it must have read that to be unfenced."""
    names: PersistentMap[str, tuple[str, ...]] = PersistentMap()
    """Topic names by `collision_key`."""
    transaction: OpenTransaction["ControllerState"] | None = None

    def at(self, offset: int) -> Self:
        """This state with the next record at `offset`: control records take offsets too."""
        assert offset >= self.next_offset, "the log does not shrink below what has been applied"
        return self._replace(next_offset=offset)


def apply(state: ControllerState, record: MetadataRecord) -> ControllerState:
    """The only writer of the state: replays `record`, which stands at `next_offset`. Raises ReplayError."""
    message = record.message
    match type(message).__name__:
        case "BeginTransactionRecord":
            opened = begin(state.transaction, message, state.next_offset, state)
            after = state._replace(transaction=opened)
        case "EndTransactionRecord":
            close(state.transaction, message)
            after = state._replace(transaction=None)
        case "AbortTransactionRecord":
            after = close(state.transaction, message).before
        case _:
            after = _replayed(state, message)
    return after._replace(next_offset=state.next_offset + 1)


def _replayed(state: ControllerState, record: Message) -> ControllerState:
    image = replay.apply(state.image, record)
    after = state._replace(image=image, partitions=_reindexed(state, record, image))
    match record:
        case RegisterBrokerRecord():
            return after._replace(registered_at=state.registered_at.set(record.broker_id, state.next_offset))
        case UnregisterBrokerRecord():
            return after._replace(registered_at=state.registered_at.remove(record.broker_id))
        case TopicRecord():
            key = collision_key(record.name)
            return after._replace(names=state.names.set(key, (*state.names.get(key, ()), record.name)))
        case RemoveTopicRecord():
            return after._replace(names=_names_without(state, record.topic_id))
        case _:
            return after


def _reindexed(state: ControllerState, record: Message, image: MetadataImage) -> PartitionIndex:
    index = state.partitions
    for key in _touched_partitions(state.image, record):
        before = _partition(state.image, key)
        index = index.moved(key, before, _partition(image, key))
    return index


def _touched_partitions(image: MetadataImage, record: Message) -> list[PartitionKey]:
    if isinstance(record, RemoveTopicRecord):
        topic = image.topics.by_id(record.topic_id)
        assert topic is not None, "replay has removed it"
        return [PartitionKey(topic.id, partition_id) for partition_id, _ in topic.sorted_partitions()]
    return [PartitionKey(*key) for subject, key in touched_by(image, record) if subject == "partitions"]


def _partition(image: MetadataImage, key: PartitionKey) -> Partition | None:
    topic = image.topics.by_id(key.topic_id)
    return None if topic is None else topic.partitions.get(key.partition_id)


def _names_without(state: ControllerState, topic_id: bytes) -> PersistentMap[str, tuple[str, ...]]:
    topic = state.image.topics.by_id(topic_id)
    assert topic is not None, "replay has removed it"
    key = collision_key(topic.name)
    left = tuple(name for name in state.names[key] if name != topic.name)
    return state.names.set(key, left) if left else state.names.remove(key)
