"""The definitions of configurations, as the controller asks for them (`KafkaConfigSchema`)."""

from collections.abc import Mapping, Sequence

from ottla.controller.settings import EffectiveConfig
from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER, TOPIC, ConfigKey, Definitions
from ottla.model.config.topic_defaults import given_synonym, topic_defaults
from ottla.model.errors import ApiError, ErrorCode

_DEFINITIONS: Mapping[ResourceType, Definitions] = {ResourceType.TOPIC: TOPIC, ResourceType.BROKER: BROKER}
"""Where lists can be added to and taken from (`KafkaRaftServer.configSchema`)."""
_DEFAULT, _STATIC, _DYNAMIC_DEFAULT, _DYNAMIC_BROKER, _TOPIC = 5, 4, 3, 2, 1
"""Kafka's ConfigSource."""


class NodeConfigRules:
    """The rules on a controller with the static configuration `values`."""

    def __init__(self, values: BrokerValues) -> None:
        self._values = values

    def validate(
        self, resource: ConfigResource, configs: Mapping[str, str], existing: Mapping[str, str]
    ) -> None:
        try:
            match resource.type:
                case ResourceType.TOPIC:
                    from ottla.model.config.topic_rules import check_topic

                    check_topic(configs, existing, topic_defaults(self._values))
                case ResourceType.GROUP:
                    from ottla.model.config.group_rules import check_group

                    check_group(configs, self._values)
                case ResourceType.CLIENT_METRICS:
                    from ottla.model.config.client_metrics_rules import check_client_metrics

                    check_client_metrics(resource.name, configs)
                case _:
                    pass
        except ConfigException as error:
            raise ApiError(ErrorCode.INVALID_CONFIG, str(error)) from None

    def is_list(self, type_: ResourceType, name: str) -> bool:
        key = self._key(type_, name)
        return key is not None and key.type == "LIST"

    def default(self, type_: ResourceType, name: str) -> str | None:
        key = self._key(type_, name)
        return None if key is None else key.default

    def effective_topic_configs(
        self, topic: Mapping[str, str], broker: Mapping[str, str], cluster: Mapping[str, str]
    ) -> Sequence[EffectiveConfig]:
        layers = (
            (broker, _DYNAMIC_BROKER),
            (cluster, _DYNAMIC_DEFAULT),
            (self._values.given, _STATIC),
        )
        keys = sorted(key for key in TOPIC if key.name in topic or not key.is_internal)
        return [_effective(key, topic, layers) for key in keys]

    def _key(self, type_: ResourceType, name: str) -> ConfigKey | None:
        definitions = _DEFINITIONS.get(type_)
        return None if definitions is None else definitions.get(name)


def _effective(
    key: ConfigKey, topic: Mapping[str, str], layers: Sequence[tuple[Mapping[str, str], int]]
) -> EffectiveConfig:
    """The topic's own value, else the first that a layer of the broker's configuration has."""
    if key.name in topic:
        return EffectiveConfig(key.name, topic[key.name], _TOPIC, key.is_sensitive)
    for given, source in layers:
        found = given_synonym(key.name, given)
        if found is not None:
            name, factor = found
            value = given[name] if factor == 1 else str(int(given[name]) * factor)
            return EffectiveConfig(key.name, value, source, key.is_sensitive)
    return EffectiveConfig(key.name, key.default, _DEFAULT, key.is_sensitive)
