"""Configuration overrides of topics, brokers, groups and client metrics, as they were set."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.record import ReplayError

if TYPE_CHECKING:
    from ottla.wire.messages.config_record import ConfigRecord


class ResourceType(IntEnum):
    """What a configuration belongs to (`ConfigResource.Type`)."""

    UNKNOWN = 0
    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


class ConfigResource(NamedTuple):
    """One thing with a configuration. A broker named "" stands for all brokers."""

    type: ResourceType
    name: str


Overrides = PersistentMap[str, str]
NO_OVERRIDES: Overrides = PersistentMap()
ALL_BROKERS = ConfigResource(ResourceType.BROKER, "")


class ConfigsImage(NamedTuple):
    """All overrides. A resource without any has no entry."""

    resources: PersistentMap[ConfigResource, Overrides] = PersistentMap()

    def get(self, resource: ConfigResource) -> Overrides:
        """The overrides of `resource`, empty where there are none."""
        return self.resources.get(resource, NO_OVERRIDES)

    def topic(self, name: str) -> Overrides:
        return self.resources.get(ConfigResource(ResourceType.TOPIC, name), NO_OVERRIDES)


def set_config(image: ConfigsImage, record: ConfigRecord) -> ConfigsImage:
    """Set one override, or remove it when the value is null."""
    resource = resource_of(record)
    overrides = image.get(resource)
    if record.value is None:
        return _with(image, resource, overrides.remove(record.name))
    return _with(image, resource, overrides.set(record.name, record.value))


def remove_topic_configs(image: ConfigsImage, topic: str) -> ConfigsImage:
    """The overrides of a topic go with it."""
    return _with(image, ConfigResource(ResourceType.TOPIC, topic), NO_OVERRIDES)


def resource_of(record: ConfigRecord) -> ConfigResource:
    try:
        return ConfigResource(ResourceType(record.resource_type), record.resource_name)
    except ValueError:
        raise ReplayError(record, f"{record.resource_type} is no type of resource") from None


def _with(image: ConfigsImage, resource: ConfigResource, overrides: Overrides) -> ConfigsImage:
    if not overrides:
        return ConfigsImage(image.resources.remove(resource))
    return ConfigsImage(image.resources.set(resource, overrides))
