"""What may be altered while a broker runs, for one or for all (`DynamicBrokerConfig`). Texts are Kafka's."""

from collections.abc import Iterable, Mapping
from typing import Final

from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER, DYNAMIC_BROKER
from ottla.model.config.synonyms import without_listener

_CLUSTER_LEVEL: Final = ("max.connections", "max.connection.creation.rate", "num.network.threads")
"""These may be set for all brokers though they may be set for a listener too."""


def check_dynamic(properties: Mapping[str, str], *, per_broker: bool) -> None:
    """Raise ConfigException unless all of `properties` may be set so."""
    _refuse(not_dynamic(properties), "Cannot update these configs dynamically")
    _refuse(
        security_of_all_listeners(properties),
        "These security configs can be dynamically updated only per-listener using the listener prefix",
    )
    check_types(properties)
    if not per_broker:
        _refuse(
            only_per_broker(properties),
            "Cannot update these configs at default cluster level, broker id must be specified",
        )


def check_types(properties: Mapping[str, str]) -> None:
    """Raise ConfigException for a value that its key does not take, whichever listener it is for."""
    DYNAMIC_BROKER.check({without_listener(name): value for name, value in properties.items()})


def not_dynamic(names: Iterable[str]) -> list[str]:
    return [name for name in names if name in BROKER and name not in DYNAMIC_BROKER]


def security_of_all_listeners(names: Iterable[str]) -> list[str]:
    return [name for name in names if _is_tls(name)]


def only_per_broker(names: Iterable[str]) -> list[str]:
    return [name for name in names if _is_per_broker(name)]


def _is_tls(name: str) -> bool:
    """Key stores and the like (`SslConfigs.RECONFIGURABLE_CONFIGS`)."""
    return name.startswith(("ssl.keystore.", "ssl.truststore.")) or name == "ssl.key.password"


def _is_per_broker(name: str) -> bool:
    if name in DYNAMIC_BROKER:
        return DYNAMIC_BROKER[name].update_mode == "per-broker"
    base = without_listener(name)
    return base != name and base not in _CLUSTER_LEVEL


def _refuse(names: list[str], reason: str) -> None:
    if names:
        raise ConfigException(f"{reason}: [{', '.join(names)}]")
