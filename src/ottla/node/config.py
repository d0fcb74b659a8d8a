"""What a node is told to be: server.properties, checked and typed."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from ottla.model.config.addresses import HostPort, quorum_bootstrap_servers, quorum_voters
from ottla.model.config.broker_checks import check_values, log_dirs
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER
from ottla.model.config.listeners import Endpoint, Listeners, read_listeners
from ottla.raft.voters import Address
from ottla.server.listener import Listener


class NodeConfig(NamedTuple):
    """One combined, broker or controller node."""

    node_id: int
    roles: frozenset[str]
    listeners: tuple[Listener, ...]
    """As bound. An empty host stands for all addresses."""
    advertised: tuple[Listener, ...]
    """As clients and peers are told. An empty host stands for this machine's name."""
    controller_listener_name: str
    log_dirs: tuple[str, ...]
    metadata_log_dir: str
    voters: Mapping[int, HostPort]
    """The members of a static quorum: `controller.quorum.voters`."""
    bootstrap_servers: tuple[HostPort, ...]
    protocols: Mapping[str, str]
    """The security protocol of each listener, by name."""
    values: BrokerValues

    @property
    def controller_listener(self) -> Listener:
        """Where the own controller is reached: the first of `controller.listener.names`."""
        return next(listener for listener in self.advertised if listener.kind == "controller")

    def static_voters(self) -> dict[int, Address]:
        return {node_id: Address(*voter) for node_id, voter in self.voters.items()}


def node_config(properties: Mapping[str, str]) -> NodeConfig:
    """The configuration in `properties`. Raises ConfigException."""
    given = _with_synonyms(properties)
    BROKER.check(given)
    values = BrokerValues(given)
    listeners = read_listeners(values)
    check_values(values, listeners)
    directories = log_dirs(values)
    return NodeConfig(
        node_id=values.number("node.id"),
        roles=frozenset(values.words("process.roles")),
        listeners=_listeners(listeners.every, listeners),
        advertised=_listeners((*listeners.advertised_brokers, *listeners.advertised_controllers), listeners),
        controller_listener_name=listeners.controller_names[0],
        log_dirs=directories,
        metadata_log_dir=values.optional_text("metadata.log.dir") or directories[0],
        voters=quorum_voters(values.words("controller.quorum.voters")),
        bootstrap_servers=tuple(
            quorum_bootstrap_servers(values.words("controller.quorum.bootstrap.servers"))
        ),
        protocols={endpoint.listener: endpoint.protocol for endpoint in listeners.every},
        values=values,
    )


def with_overrides(properties: Mapping[str, str], overrides: Iterable[str]) -> dict[str, str]:
    """`properties` with each `key=value` of `--override` over them. Raises ConfigException."""
    found = dict(properties)
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals or not key.strip():
            raise ConfigException(f"--override takes key=value, not '{override}'")
        found[key.strip()] = value
    return found


def _with_synonyms(properties: Mapping[str, str]) -> dict[str, str]:
    """`broker.id` is an older name of `node.id`."""
    given = dict(properties)
    for name, other in (("broker.id", "node.id"), ("node.id", "broker.id")):
        if name not in given and other in given:
            given[name] = given[other]
    return given


def _listeners(endpoints: Iterable[Endpoint], listeners: Listeners) -> tuple[Listener, ...]:
    def kind(endpoint: Endpoint) -> Literal["broker", "controller"]:
        return "controller" if endpoint.listener in listeners.controller_names else "broker"

    return tuple(
        Listener(endpoint.listener, kind(endpoint), endpoint.host or "", endpoint.port)
        for endpoint in endpoints
    )
