"""Configuration follows the metadata: altered brokers, all brokers, topics (`DynamicConfigPublisher`)."""

import logging
from collections.abc import Mapping

from ottla.log.config import LogConfig
from ottla.metadata.configs import ALL_BROKERS, ConfigResource, ResourceType
from ottla.metadata.delta import MetadataDelta
from ottla.metadata.image import MetadataImage
from ottla.model.config.broker_configs import BrokerConfigs
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.definitions import BROKER, TOPIC, Definitions
from ottla.model.config.topic_defaults import topic_defaults
from ottla.model.ids import BrokerId
from ottla.runtime.partitions.partitions import Partitions

_log = logging.getLogger("kafka.server.metadata.DynamicConfigPublisher")


class ConfigsPublisher:
    """Called with each new image, before the partitions are."""

    def __init__(self, broker: BrokerId, configs: BrokerConfigs, partitions: Partitions) -> None:
        self._own = ConfigResource(ResourceType.BROKER, str(broker))
        self._configs, self._partitions = configs, partitions
        self._defaults: Mapping[str, str] = {}
        self._image: MetadataImage | None = None
        configs.follow(self._changed)

    def log_config(self, topic: str) -> LogConfig:
        """What the logs of `topic` obey: its own configuration over the broker's."""
        assert self._image is not None, "logs are opened once there is an image"
        return LogConfig.of({**self._defaults, **dict(self._image.configs.topic(topic).sorted_items())})

    def publish(self, image: MetadataImage, delta: MetadataDelta) -> None:
        self._image = image
        topics = set()
        for resource, _, overrides in delta.configs():
            altered = {} if overrides is None else dict(overrides.sorted_items())
            if resource == ALL_BROKERS:
                _tell("cluster", BROKER, altered)
                _warn(self._configs.update_default(altered))
            elif resource == self._own:
                _tell(f"node {resource.name}", BROKER, altered)
                _warn(self._configs.update_broker(altered))
            elif resource.type is ResourceType.TOPIC and image.topics.by_name(resource.name) is not None:
                _tell(f"topic {resource.name}", TOPIC, altered)
                topics.add(resource.name)
        self._update_logs(topics)

    def _changed(self, values: BrokerValues) -> None:
        defaults = topic_defaults(values)
        if defaults != self._defaults:
            self._defaults = defaults
            self._update_logs({partition.name.topic for partition in self._partitions})

    def _update_logs(self, topics: set[str]) -> None:
        if not topics:
            return
        for partition in self._partitions:
            if partition.name.topic in topics:
                partition.log.update_config(self.log_config(partition.name.topic))


def _tell(whose: str, definitions: Definitions, altered: Mapping[str, str]) -> None:
    """In the log. What is a secret, or may be one, stays hidden."""
    shown = [
        f"{name} -> {value if _is_open(name, definitions) else '[hidden]'}" for name, value in altered.items()
    ]
    _log.info("Updating %s with new configuration : %s", whose, ",".join(shown))


def _is_open(name: str, definitions: Definitions) -> bool:
    key = definitions.get(name)
    return key is not None and not key.is_sensitive


def _warn(ignored: list[str]) -> None:
    for reason in ignored:
        _log.error("%s", reason)
