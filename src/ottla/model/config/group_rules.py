"""Which configuration a group may have (`GroupConfig.validate`). Texts are Kafka's."""

from collections.abc import Mapping
from typing import Final

from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.definitions import GROUP
from ottla.model.config.kafka_definitions import GROUP_SYNONYMS
from ottla.model.config.value_types import Value, value_text
from ottla.model.errors import ApiError, ErrorCode

_BOUNDS: Final = (
    ("consumer.heartbeat.interval.ms", "group.consumer.{}.heartbeat.interval.ms"),
    ("consumer.session.timeout.ms", "group.consumer.{}.session.timeout.ms"),
    ("consumer.assignment.interval.ms", "group.consumer.{}.assignment.interval.ms"),
    ("share.heartbeat.interval.ms", "group.share.{}.heartbeat.interval.ms"),
    ("share.session.timeout.ms", "group.share.{}.session.timeout.ms"),
    ("share.record.lock.duration.ms", "group.share.{}.record.lock.duration.ms"),
    ("share.delivery.count.limit", "group.share.{}.delivery.count.limit"),
    ("share.partition.max.record.locks", "group.share.{}.partition.max.record.locks"),
    ("share.assignment.interval.ms", "group.share.{}.assignment.interval.ms"),
    ("streams.heartbeat.interval.ms", "group.streams.{}.heartbeat.interval.ms"),
    ("streams.session.timeout.ms", "group.streams.{}.session.timeout.ms"),
    ("streams.num.standby.replicas", "group.streams.{}.standby.replicas"),
    ("streams.assignment.interval.ms", "group.streams.{}.assignment.interval.ms"),
)
"""A group's key, and the broker's keys that bound it, with `min` or `max` in the gap; in Kafka's order."""
_SESSIONS: Final = ("consumer", "share", "streams")


def check_group(configs: Mapping[str, str], broker: BrokerValues) -> None:
    """Raises ApiError, ConfigException."""
    for name in configs:
        if name not in GROUP:
            raise ApiError(ErrorCode.INVALID_CONFIG, f"Unknown group config name: {name}")
    values = parsed_group({**group_defaults(broker), **configs})
    for name, pattern in _BOUNDS:
        _check_bounds(name, values[name], pattern, broker)
    for kind in _SESSIONS:
        session, heartbeat = f"{kind}.session.timeout.ms", f"{kind}.heartbeat.interval.ms"
        if _number(values[session]) <= _number(values[heartbeat]):
            raise ApiError(ErrorCode.INVALID_CONFIG, f"{session} must be greater than {heartbeat}")


def group_defaults(broker: BrokerValues) -> dict[str, str]:
    """What the broker's configuration says of groups that do not say it themselves."""
    return {
        name: value_text(broker.value(synonym)) or ""
        for name, synonym in GROUP_SYNONYMS.items()
        if synonym is not None
    }


def parsed_group(configs: Mapping[str, str]) -> dict[str, Value]:
    """Every group key's value, by name. Raises ConfigException."""
    return {
        key.name: key.parse(configs[key.name]) if key.name in configs else key.default_value()
        for key in GROUP
    }


def _check_bounds(name: str, value: Value, pattern: str, broker: BrokerValues) -> None:
    least, most = pattern.format("min"), pattern.format("max")
    if name != "streams.num.standby.replicas" and _number(value) < broker.number(least):
        raise ApiError(ErrorCode.INVALID_CONFIG, f"{name} must be greater than or equal to {least}")
    if _number(value) > broker.number(most):
        raise ApiError(ErrorCode.INVALID_CONFIG, f"{name} must be less than or equal to {most}")


def _number(value: Value) -> int:
    assert isinstance(value, int), "the bounded keys are integers"
    return value
