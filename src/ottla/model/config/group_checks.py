"""How the keys of groups must stand to each other (`GroupCoordinatorConfig`, `ShareGroupConfig`)."""

from collections.abc import Iterator
from typing import Final

from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException

_RELATIONS: Final = {
    ">=": "must be greater than or equal to",
    "<=": "must be less than or equal to",
    "<": "must be less than",
}
_SHARE: Final = (
    ("group.share.max.partition.max.record.locks", ">=", "group.share.partition.max.record.locks"),
    ("group.share.partition.max.record.locks", ">=", "group.share.min.partition.max.record.locks"),
    ("group.share.record.lock.duration.ms", ">=", "group.share.min.record.lock.duration.ms"),
    ("group.share.max.record.lock.duration.ms", ">=", "group.share.record.lock.duration.ms"),
    ("group.share.max.share.sessions", ">=", "group.share.max.size"),
)
_ASSIGNORS: Final = {"group.consumer.assignors": ("uniform", "range"), "group.share.assignors": ("simple",)}


def check_groups(values: BrokerValues) -> None:
    """Raise ConfigException for the first that is wrong."""
    _check_assignors(values, "group.consumer.assignors")
    _check_codec(values, "offsets.topic.compression.codec")
    _check_assignors(values, "group.share.assignors")
    for relation in (*_bounds("consumer"), *_bounds("share"), *_bounds("streams"), *_SHARE):
        _check(values, *relation)
    _check_codec(values, "share.coordinator.state.topic.compression.codec")
    protocols = "group.coordinator.rebalance.protocols"
    if "classic" not in values.words(protocols):
        raise ConfigException("Disabling the 'Classic' protocol is not supported.", protocols)


def _bounds(kind: str) -> Iterator[tuple[str, str, str]]:
    heartbeat, session = "heartbeat.interval.ms", "session.timeout.ms"
    yield from _bounded(kind, heartbeat)
    yield from _bounded(kind, session)
    yield (f"group.{kind}.{heartbeat}", "<", f"group.{kind}.{session}")
    yield from _bounded(kind, "assignment.interval.ms")
    if kind == "streams":
        yield ("group.streams.num.standby.replicas", "<=", "group.streams.max.standby.replicas")


def _bounded(kind: str, name: str) -> Iterator[tuple[str, str, str]]:
    least, most = f"group.{kind}.min.{name}", f"group.{kind}.max.{name}"
    yield (most, ">=", least)
    yield (f"group.{kind}.{name}", ">=", least)
    yield (f"group.{kind}.{name}", "<=", most)


def _check(values: BrokerValues, left: str, relation: str, right: str) -> None:
    first, second = values.number(left), values.number(right)
    holds = {">=": first >= second, "<=": first <= second, "<": first < second}
    if not holds[relation]:
        raise ConfigException(f"{left} {_RELATIONS[relation]} {right}")


def _check_assignors(values: BrokerValues, key: str) -> None:
    assignors = values.words(key)
    for name in assignors:
        if name not in _ASSIGNORS[key]:
            raise ConfigException(f"Class {name} cannot be found", key)
    if key == "group.share.assignors" and len(assignors) != 1:
        raise ConfigException(f"{key} must contain exactly one assignor, but found {len(assignors)}")


def _check_codec(values: BrokerValues, key: str) -> None:
    codec = values.number(key)
    if not 0 <= codec <= 4:
        raise ConfigException(f"Unknown compression type id: {codec}", key)
