"""Listeners as configured: their names, security protocols, hosts and ports (`AbstractKafkaConfig`)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ottla.model.config.addresses import quorum_voters
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.pairs import parse_pairs

_ENDPOINT: Final = r"(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)"
SECURITY_PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
WILDCARD: Final = "0.0.0.0"  # noqa: S104  # compared with, not bound
PROTOCOL_MAP: Final = "listener.security.protocol.map"


class Endpoint(NamedTuple):
    """One listener. Without a host it is bound to every address."""

    listener: str
    protocol: str
    host: str | None
    port: int


class Listeners(NamedTuple):
    """All that the configuration says of listeners."""

    every: tuple[Endpoint, ...]
    controller_names: tuple[str, ...]
    advertised_brokers: tuple[Endpoint, ...]
    advertised_controllers: tuple[Endpoint, ...]
    protocols: Mapping[str, str]

    @property
    def controllers(self) -> list[Endpoint]:
        return [endpoint for endpoint in self.every if endpoint.listener in self.controller_names]

    @property
    def names(self) -> list[str]:
        return [endpoint.listener.upper() for endpoint in self.every]


def read_listeners(values: BrokerValues) -> Listeners:
    """Raises ConfigException."""
    protocols = _protocols(values)
    names = values.words("controller.listener.names")
    every = endpoints("listeners", values, protocols)
    given = values.value("advertised.listeners")
    advertised = every
    if given is not None:
        advertised = endpoints("advertised.listeners", values, protocols, distinct_ports=False)
    return Listeners(
        every=every,
        controller_names=names,
        advertised_brokers=tuple(each for each in advertised if each.listener not in names),
        advertised_controllers=_advertised_controllers(
            values, names, every, advertised if given is not None else ()
        ),
        protocols=protocols,
    )


def endpoints(
    key: str, values: BrokerValues, protocols: Mapping[str, str], *, distinct_ports: bool = True
) -> tuple[Endpoint, ...]:
    """`NAME://host:port` each. Raises ConfigException."""
    texts = values.words(key)
    try:
        found = tuple(_endpoint(text, protocols) for text in texts)
        _check_distinct(found, texts, distinct_ports)
    except ConfigException as error:
        raise ConfigException(
            f"Error creating broker listeners from '[{', '.join(texts)}]': {error}", key
        ) from None
    return found


def _endpoint(text: str, protocols: Mapping[str, str]) -> Endpoint:
    found = re.fullmatch(_ENDPOINT, text)
    if found is None:
        raise ConfigException(f"Unable to parse {text} to a broker endpoint")
    name = _normalised(found[1])
    port = int(found[3])
    if name not in protocols:
        raise ConfigException(f"No security protocol defined for listener {name}")
    if not -1 < port < 65_536:
        raise ConfigException(f"The port of {text} is out of range")
    return Endpoint(name, protocols[name], found[2] or None, port)


def _normalised(name: str) -> str:
    if not name.strip():
        raise ConfigException("The provided listener name is null or empty string", PROTOCOL_MAP)
    return name.upper()


def _check_distinct(found: Sequence[Endpoint], texts: Sequence[str], distinct_ports: bool) -> None:
    shown = f"[{', '.join(texts)}]"
    if len({endpoint.listener for endpoint in found}) != len(found):
        raise ConfigException(f"Each listener must have a different name, listeners: {shown}")
    if not distinct_ports:
        return
    for port in dict.fromkeys(endpoint.port for endpoint in found if endpoint.port):
        same = [endpoint.host for endpoint in found if endpoint.port == port]
        if len(same) > 1:
            _check_same_port(same, port, shown)


def _check_same_port(hosts: Sequence[str | None], port: int, shown: str) -> None:
    """Two listeners may share a port when one has an IPv4 address and the other an IPv6 address."""
    versions = [_ip_version(host) for host in hosts]
    if versions.count(None) > 1:
        raise ConfigException(f"Each listener must have a different port, listeners: {shown}")
    addresses = sorted(version for version in versions if version is not None)
    if len(addresses) == 2:
        if addresses == [4, 6] and None not in versions:
            return
        raise ConfigException(
            "If you have two listeners on the same port then one needs to be IPv4 and the other IPv6, "
            f"listeners: {shown}, port: {port}"
        )
    if addresses:
        raise ConfigException(
            "Each listener must have a different port unless exactly one listener has an IPv4 address and "
            f"the other IPv6 address, listeners: {shown}, port: {port}"
        )


def _ip_version(host: str | None) -> int | None:
    if host is None:
        return None
    parts = host.split(".")
    if len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts):
        return 4
    return 6 if ":" in host else None


def _protocols(values: BrokerValues) -> dict[str, str]:
    """Which security protocol each listener name stands for."""
    found = {
        _normalised(name): _protocol(protocol, PROTOCOL_MAP)
        for name, protocol in parse_pairs(PROTOCOL_MAP, values.text(PROTOCOL_MAP)).items()
    }
    if not values.is_given(PROTOCOL_MAP):
        found |= _implied(values)
    return found


def _implied(values: BrokerValues) -> dict[str, str]:
    """Without a map of its own, a controller listener is plaintext unless security protocols are in use."""
    names = values.words("controller.listener.names")
    secured = SECURITY_PROTOCOLS[1:]
    if any(name in secured for name in names) or any(
        _name_of(listener) in secured for listener in values.words("listeners")
    ):
        return {}
    return {name: "PLAINTEXT" for name in names if name != "PLAINTEXT"}


def _name_of(listener: str) -> str:
    name, colon, _ = listener.partition(":")
    if not colon:
        raise ConfigException(f"Unable to parse a listener name from {listener}", "listeners")
    return name.upper()


def _protocol(name: str, key: str) -> str:
    if name.upper() not in SECURITY_PROTOCOLS:
        raise ConfigException(f"Invalid security protocol `{name}` defined in {key}")
    return name.upper()


def inter_broker_listener(values: BrokerValues, protocols: Mapping[str, str]) -> str:
    """The listener that brokers use among themselves."""
    name, protocol = "inter.broker.listener.name", "security.inter.broker.protocol"
    given = values.optional_text(name)
    if given is None:
        return _protocol(values.text(protocol), protocol)
    if values.is_given(protocol):
        raise ConfigException(f"Only one of {name} and {protocol} should be set.")
    listener = _normalised(given)
    if listener not in protocols:
        raise ConfigException(f"Listener with name {listener} defined in {name} not found in {PROTOCOL_MAP}.")
    return listener


def _advertised_controllers(
    values: BrokerValues,
    names: Sequence[str],
    every: Sequence[Endpoint],
    advertised: Sequence[Endpoint],
) -> tuple[Endpoint, ...]:
    """As advertised, else as bound; the first name may be told by `controller.quorum.voters`."""
    found = []
    for name in names:
        told = [each for each in advertised if each.listener in names and each.listener == name.upper()]
        bound = [each for each in every if each.listener in names and each.listener == name.upper()]
        if told:
            found.append(told[0])
        elif bound:
            found.append(_reachable(values, bound[0], is_first=name == names[0]))
    return tuple(found)


def _reachable(values: BrokerValues, bound: Endpoint, *, is_first: bool) -> Endpoint:
    if bound.host not in (None, WILDCARD):
        return bound
    voters = quorum_voters(values.words("controller.quorum.voters"))
    mine = voters.get(values.number("node.id")) if is_first else None
    if mine is None:
        return bound._replace(host=None)
    if mine.host == WILDCARD:
        raise ConfigException(f"Host string ({mine.host}) is not routeable", "controller.quorum.voters")
    return bound._replace(host=mine.host, port=mine.port)
