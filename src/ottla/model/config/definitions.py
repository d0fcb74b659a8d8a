"""The definitions of one kind of resource, found by name (`ConfigDef`)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ottla.model.config import kafka_definitions
from ottla.model.config.config_exception import ConfigException, invalid
from ottla.model.config.kafka_definitions import INTERNAL, REQUIRED, Row
from ottla.model.config.validators import ensure_valid
from ottla.model.config.value_types import Value, parse_type


class ConfigKey(NamedTuple):
    """One key: a row of the generated table."""

    name: str
    type: str
    default: str | None
    importance: str
    validator: tuple[Any, ...] | None
    update_mode: str
    """`read-only`, `per-broker` or `cluster-wide`."""

    @property
    def is_sensitive(self) -> bool:
        return self.type == "PASSWORD"

    @property
    def is_internal(self) -> bool:
        return self.name in INTERNAL

    @property
    def is_required(self) -> bool:
        return self.name in REQUIRED

    def parse(self, text: str) -> Value:
        """The value that `text` stands for. Raises ConfigException.

        Of Java's classes Kafka's defaults are known, and no others.
        """
        value = parse_type(self.name, text, self.type)
        if self.type == "CLASS" and value != self.default:
            raise invalid(self.name, text, f"Class {text} could not be found.")
        if isinstance(value, tuple) and self.validator is not None and self.validator[0] == "list":
            value = tuple(dict.fromkeys(value))
        ensure_valid(self.validator, self.name, value)
        return value

    def default_value(self) -> Value:
        return None if self.default is None else parse_type(self.name, self.default, self.type)


class Definitions:
    """All keys of one kind, in Kafka's order of definition."""

    def __init__(self, *tables: tuple[Row, ...]) -> None:
        self._rows = {row[0]: row for table in tables for row in table}

    def __iter__(self) -> Iterator[ConfigKey]:
        return (ConfigKey(*row) for row in self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def __getitem__(self, name: str) -> ConfigKey:
        return ConfigKey(*self._rows[name])

    def get(self, name: str) -> ConfigKey | None:
        row = self._rows.get(name)
        return None if row is None else ConfigKey(*row)

    def names(self) -> list[str]:
        return list(self._rows)

    def check(self, properties: Mapping[str, str]) -> None:
        """Raise ConfigException for the first key, in order of definition, that is wrong or missing."""
        for name, row in self._rows.items():
            if name in properties:
                ConfigKey(*row).parse(properties[name])
            elif name in REQUIRED:
                raise ConfigException(f'Missing required configuration "{name}" which has no default value.')


BROKER: Final = Definitions(kafka_definitions.BROKER)
"""What may stand in server.properties."""
DYNAMIC_BROKER: Final = Definitions(
    kafka_definitions.BROKER_QUOTAS,
    tuple(row for row in kafka_definitions.BROKER if row[5] != "read-only"),
)
"""What may be altered while a broker runs, three quotas that can't be set otherwise among them."""
TOPIC: Final = Definitions(kafka_definitions.TOPIC)
GROUP: Final = Definitions(kafka_definitions.GROUP)
CLIENT_METRICS: Final = Definitions(kafka_definitions.CLIENT_METRICS)
