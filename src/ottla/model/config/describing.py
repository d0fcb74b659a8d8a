"""A configuration as clients are told of it: values, their origin, and what is hidden (`ConfigHelper`)."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NamedTuple

from ottla.model.config.broker_configs import BrokerConfigs
from ottla.model.config.definitions import (
    BROKER,
    CLIENT_METRICS,
    DYNAMIC_BROKER,
    GROUP,
    TOPIC,
    ConfigKey,
    Definitions,
)
from ottla.model.config.group_rules import group_defaults
from ottla.model.config.kafka_definitions import GROUP_SYNONYMS, TOPIC_SYNONYMS
from ottla.model.config.synonyms import synonyms
from ottla.model.config.topic_defaults import topic_defaults
from ottla.model.config.value_types import value_text


class ConfigSource(IntEnum):
    """Which layer a value comes from, as DescribeConfigs numbers them."""

    TOPIC = 1
    DYNAMIC_BROKER = 2
    DYNAMIC_DEFAULT_BROKER = 3
    STATIC_BROKER = 4
    DEFAULT = 5
    DYNAMIC_BROKER_LOGGER = 6
    CLIENT_METRICS = 7
    GROUP = 8


class Synonym(NamedTuple):
    """A value of a layer below, or of another name."""

    name: str
    value: str | None
    source: ConfigSource


class DescribedConfig(NamedTuple):
    """One key. A sensitive value is never told."""

    name: str
    value: str | None
    source: ConfigSource
    is_sensitive: bool
    is_read_only: bool
    type: str | None
    """None where nothing is known of the key: its value is held sensitive then."""
    synonyms: tuple[Synonym, ...]


def describe_broker(configs: BrokerConfigs) -> list[DescribedConfig]:
    """All of this broker's configuration."""
    given = configs.values.given
    shown = {key.name for key in BROKER if not key.is_internal} | given.keys()
    return [_broker_entry(configs, name, _broker_value(configs, name), every=True) for name in sorted(shown)]


def describe_all_brokers(configs: BrokerConfigs) -> list[DescribedConfig]:
    """What was altered for all brokers."""
    altered = sorted(configs.dynamic_default.items())
    return [_broker_entry(configs, name, value, every=False) for name, value in altered]


def describe_topic(configs: BrokerConfigs, overrides: Mapping[str, str]) -> list[DescribedConfig]:
    def of_broker(name: str) -> tuple[Synonym, ...]:
        names = TOPIC_SYNONYMS.get(name)
        return () if names is None else _layers(configs, names[0][0])

    defaults = topic_defaults(configs.values)
    return _with_overrides(TOPIC, defaults, overrides, ConfigSource.TOPIC, of_broker)


def describe_group(configs: BrokerConfigs, overrides: Mapping[str, str]) -> list[DescribedConfig]:
    def of_broker(name: str) -> tuple[Synonym, ...]:
        broker_name = GROUP_SYNONYMS.get(name)
        if broker_name is not None:
            return _layers(configs, broker_name)
        key = GROUP.get(name)
        if key is None or key.default is None:
            return ()
        return (Synonym(name, key.default, ConfigSource.DEFAULT),)

    defaults = group_defaults(configs.values)
    return _with_overrides(GROUP, defaults, overrides, ConfigSource.GROUP, of_broker)


def describe_client_metrics(overrides: Mapping[str, str]) -> list[DescribedConfig]:
    return _with_overrides(CLIENT_METRICS, {}, overrides, ConfigSource.CLIENT_METRICS, lambda name: ())


def _with_overrides(
    definitions: Definitions,
    defaults: Mapping[str, str],
    overrides: Mapping[str, str],
    source: ConfigSource,
    below: Callable[[str], tuple[Synonym, ...]],
) -> list[DescribedConfig]:
    shown = {key.name for key in definitions if not key.is_internal} | overrides.keys()
    values = {**defaults, **overrides}
    found = []
    for name in sorted(shown):
        key = definitions.get(name)
        hidden = key is None or key.is_sensitive
        value = None if key is None or hidden else _shown(key, values.get(name))
        layers = below(name)
        if name in overrides:
            layers = (Synonym(name, value, source), *layers)
        first = layers[0].source if layers else ConfigSource.DEFAULT
        type_ = None if key is None else key.type
        found.append(DescribedConfig(name, value, first, hidden, False, type_, layers))
    return found


def _shown(key: ConfigKey, text: str | None) -> str | None:
    return key.default if text is None else value_text(key.parse(text))


def _broker_value(configs: BrokerConfigs, name: str) -> str | None:
    if name in BROKER:
        return value_text(configs.values.value(name))
    return configs.values.given.get(name)


def _broker_entry(configs: BrokerConfigs, name: str, value: str | None, *, every: bool) -> DescribedConfig:
    type_ = _broker_type(name)
    hidden = _is_hidden(type_)
    layers = _layers(configs, name)
    if not every:
        layers = tuple(each for each in layers if each.source is ConfigSource.DYNAMIC_DEFAULT_BROKER)
    source = layers[0].source if layers else ConfigSource.DEFAULT
    read_only = name not in DYNAMIC_BROKER
    return DescribedConfig(name, None if hidden else value, source, hidden, read_only, type_, layers)


def _broker_type(name: str) -> str | None:
    """Also of a key that only a listener has, by the key for all listeners."""
    for candidate in (name, *synonyms(name, with_listener_base=True)):
        key = BROKER.get(candidate) or DYNAMIC_BROKER.get(candidate)
        if key is not None:
            return key.type
    return None


def _is_hidden(type_: str | None) -> bool:
    return type_ is None or type_ == "PASSWORD"


def _layers(configs: BrokerConfigs, name: str) -> tuple[Synonym, ...]:
    """Every layer's value for `name` and its synonyms, the strongest first, from `name` itself on."""
    hidden = _is_hidden(_broker_type(name))
    names = synonyms(name, with_listener_base=True)
    layers = (
        (configs.dynamic_broker, ConfigSource.DYNAMIC_BROKER),
        (configs.dynamic_default, ConfigSource.DYNAMIC_DEFAULT_BROKER),
        (configs.static, ConfigSource.STATIC_BROKER),
    )
    found = [
        Synonym(each, None if hidden else layer[each], source)
        for layer, source in layers
        for each in names
        if each in layer
    ]
    for each in names:
        key = BROKER.get(each)
        if key is not None and key.default is not None:
            found.append(Synonym(each, None if hidden else key.default, ConfigSource.DEFAULT))
    first = next((index for index, each in enumerate(found) if each.name == name), len(found))
    return tuple(found[first:])
