"""Whether a node's configuration asks only for what Ottla serves, and what of it has no effect."""

from collections.abc import Iterator, Mapping

from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER, DYNAMIC_BROKER
from ottla.model.config.standing import BROKER_INERT, BROKER_LATER
from ottla.model.config.synonyms import without_listener


def check_served(properties: Mapping[str, str]) -> None:
    """Raise ConfigException for the first key of what is not served yet that differs from its default."""
    later = {name: reason for reason, names in BROKER_LATER.items() for name in names}
    for given, value in properties.items():
        name = without_listener(given)
        if name in later and BROKER[name].parse(value) != BROKER[name].default_value():
            raise ConfigException(
                f"{given} can't be set: {later[name]}. Remove it, or leave it at its default."
            )
        if given != name and name in BROKER:
            raise ConfigException(
                f"{given} can't be set: keys of single listeners are not served yet. Remove it."
            )


def without_effect(properties: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """Keys that were given in vain, and why; those that Kafka does not know come last."""
    for reason, names in BROKER_INERT.items():
        found = [name for name in names if name in properties]
        if found:
            yield found, reason
    unknown = [name for name in properties if name not in BROKER and name not in DYNAMIC_BROKER]
    if unknown:
        yield unknown, "Kafka 4.3 knows no such configuration"
