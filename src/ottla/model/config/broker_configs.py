"""The layers of a broker's configuration: altered for it, altered for all, given at the start, default.

What may be altered is checked before (`check`); what is in force afterwards is `values`.
"""

from collections.abc import Callable, Mapping

from ottla.model.config.broker_checks import check_values
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException, RequirementFailed
from ottla.model.config.definitions import BROKER, DYNAMIC_BROKER
from ottla.model.config.dynamic_rules import (
    check_dynamic,
    check_types,
    not_dynamic,
    only_per_broker,
    security_of_all_listeners,
)
from ottla.model.config.listeners import read_listeners
from ottla.model.config.reconfiguration import check_change
from ottla.model.config.served import check_served
from ottla.model.config.synonyms import synonyms, without_listener

OnChange = Callable[[BrokerValues], None]


class BrokerConfigs:
    """One broker's configuration while it runs."""

    def __init__(self, static: Mapping[str, str]) -> None:
        self.static = static
        self.dynamic_broker: Mapping[str, str] = {}
        self.dynamic_default: Mapping[str, str] = {}
        self.values = BrokerValues(static)
        self._followers: list[OnChange] = []

    def follow(self, on_change: OnChange) -> None:
        """Have `on_change` called with the values now, and with new ones whenever they change."""
        self._followers.append(on_change)
        on_change(self.values)

    def update_broker(self, properties: Mapping[str, str]) -> list[str]:
        """This broker's own alterations are `properties` now; tells what of them is ignored and why."""
        self.dynamic_broker, ignored = usable(properties, per_broker=True)
        return ignored + self._apply()

    def update_default(self, properties: Mapping[str, str]) -> list[str]:
        """The alterations for all brokers are `properties` now; tells what of them is ignored and why."""
        self.dynamic_default, ignored = usable(properties, per_broker=False)
        return ignored + self._apply()

    def check(self, properties: Mapping[str, str], *, per_broker: bool) -> None:
        """Raise ConfigException unless these may be the alterations of this broker, or of all brokers."""
        check_dynamic(properties, per_broker=per_broker)
        broker = properties if per_broker else self.dynamic_broker
        default = self.dynamic_default if per_broker else properties
        values = self._checked(merged(self.static, default, broker))
        check_served(properties)
        for name in ("listeners", "listener.security.protocol.map"):
            if values.value(name) != self.values.value(name):
                raise ConfigException(
                    f"{name} can't be altered while the broker runs. Change it at a restart."
                )

    def _apply(self) -> list[str]:
        try:
            values = self._checked(merged(self.static, self.dynamic_default, self.dynamic_broker))
        except ConfigException as error:
            return [f"The altered configuration can't be applied: {error}"]
        if values.given != self.values.given:
            self.values = values
            for follower in self._followers:
                follower(values)
        return []

    def _checked(self, properties: Mapping[str, str]) -> BrokerValues:
        BROKER.check(properties)
        values = BrokerValues(properties)
        try:
            check_values(values, read_listeners(values))
        except RequirementFailed as error:
            raise ConfigException(f"requirement failed: {error}") from None
        check_change(self.values, values)
        return values


def merged(
    static: Mapping[str, str], default: Mapping[str, str], broker: Mapping[str, str]
) -> dict[str, str]:
    """One layer over the other; a key goes before all names that mean the same below it."""
    properties = dict(static)
    for layer in (default, broker):
        for name, value in layer.items():
            for synonym in synonyms(name, with_listener_base=False):
                properties.pop(synonym, None)
            properties[name] = value
    return properties


def usable(properties: Mapping[str, str], *, per_broker: bool) -> tuple[dict[str, str], list[str]]:
    """Of stored alterations those that a broker can take, and what is wrong with the others."""
    found, ignored = dict(properties), list[str]()

    def drop(names: list[str], reason: str) -> None:
        for name in names:
            found.pop(name)
        if names:
            ignored.append(f"{reason}: [{', '.join(names)}]")

    kind = "broker" if per_broker else "default cluster"
    drop(
        [name for name, value in found.items() if not _is_valid(name, value)],
        f"Dynamic {kind} config contains invalid values that will be ignored in",
    )
    drop(not_dynamic(found), "Non-dynamic configs will be ignored")
    drop(
        security_of_all_listeners(found),
        "Security configs can be dynamically updated only using listener prefix, base configs will be "
        "ignored",
    )
    if not per_broker:
        drop(only_per_broker(found), "Per-broker configs defined at default cluster level will be ignored")
    return found, ignored


def _is_valid(name: str, value: str) -> bool:
    if without_listener(name) not in DYNAMIC_BROKER:
        return True
    try:
        check_types({name: value})
    except ConfigException:
        return False
    return True
