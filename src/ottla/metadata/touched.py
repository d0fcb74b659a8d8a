"""Which keys of an image a record touches, for `delta`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ottla.metadata.client_quotas import entity_of
from ottla.metadata.configs import ConfigResource, ResourceType, resource_of
from ottla.metadata.scram import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ottla.metadata.image import MetadataImage
    from ottla.wire.message import Message

_KEYS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "FeatureLevelRecord": ("features", lambda record: record.name),
    "RegisterBrokerRecord": ("brokers", lambda record: record.broker_id),
    "UnregisterBrokerRecord": ("brokers", lambda record: record.broker_id),
    "FenceBrokerRecord": ("brokers", lambda record: record.id),
    "UnfenceBrokerRecord": ("brokers", lambda record: record.id),
    "BrokerRegistrationChangeRecord": ("brokers", lambda record: record.broker_id),
    "RegisterControllerRecord": ("controllers", lambda record: record.controller_id),
    "TopicRecord": ("topics", lambda record: record.topic_id),
    "PartitionRecord": ("partitions", lambda record: (record.topic_id, record.partition_id)),
    "PartitionChangeRecord": ("partitions", lambda record: (record.topic_id, record.partition_id)),
    "RemoveTopicRecord": ("topics", lambda record: record.topic_id),
    "ConfigRecord": ("configs", resource_of),
    "ClientQuotaRecord": ("client_quotas", entity_of),
    "AccessControlEntryRecord": ("acls", lambda record: record.id),
    "RemoveAccessControlEntryRecord": ("acls", lambda record: record.id),
    "UserScramCredentialRecord": ("scram", key_of),
    "RemoveUserScramCredentialRecord": ("scram", key_of),
    "DelegationTokenRecord": ("delegation_tokens", lambda record: record.token_id),
    "RemoveDelegationTokenRecord": ("delegation_tokens", lambda record: record.token_id),
}


def touched_by(image: MetadataImage, record: Message) -> Iterator[tuple[str, Any]]:
    """Subject and key of each thing that `record` changes in `image`, the image before it."""
    name = type(record).__name__
    if name in _KEYS:
        subject, key = _KEYS[name]
        yield subject, key(record)
    if name == "RemoveTopicRecord":
        yield from _configs_of(image, record)
    elif name == "ClearElrRecord":
        yield from _partitions_with_elr(image)


def _configs_of(image: MetadataImage, record: Any) -> Iterator[tuple[str, Any]]:
    topic = image.topics.by_id(record.topic_id)
    if topic is not None:
        yield "configs", ConfigResource(ResourceType.TOPIC, topic.name)


def _partitions_with_elr(image: MetadataImage) -> Iterator[tuple[str, Any]]:
    for topic in image.topics.sorted_by_name():
        for index, partition in topic.sorted_partitions():
            if partition.elr or partition.last_known_elr:
                yield "partitions", (topic.id, index)
