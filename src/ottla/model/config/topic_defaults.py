"""What a broker's configuration says of topics that are silent themselves (`extractLogConfigMap`)."""

from collections.abc import Mapping

from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.kafka_definitions import TOPIC_SYNONYMS
from ottla.model.config.value_types import value_text


def topic_defaults(values: BrokerValues) -> dict[str, str]:
    """Topic configuration by name; what the broker's configuration leaves open is left out."""
    defaults = {}
    for topic_name in TOPIC_SYNONYMS:
        found = given_synonym(topic_name, values.given)
        if found is not None:
            defaults[topic_name] = in_topic_units(values, *found)
    return defaults


def given_synonym(topic_name: str, given: Mapping[str, str]) -> tuple[str, int] | None:
    """The broker's key for `topic_name` that counts, and what its number is multiplied with."""
    for name, factor in TOPIC_SYNONYMS.get(topic_name, ()):
        if name in given:
            return name, factor
    return None


def in_topic_units(values: BrokerValues, name: str, factor: int) -> str:
    """The value of a broker's key as the topic's key has it: hours as milliseconds, for ever as -1."""
    if name.startswith("log.retention.") and factor * values.number(name) < 0:
        return "-1"
    if factor != 1:
        return str(values.number(name) * factor)
    return value_text(values.value(name)) or ""
