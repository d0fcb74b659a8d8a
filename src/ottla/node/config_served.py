"""Refuses, at the start, what is asked for and not served yet; names what has no effect."""

import logging

from ottla.model.config.config_exception import ConfigException
from ottla.model.config.served import check_served, without_effect
from ottla.node.config import NodeConfig

_log = logging.getLogger("kafka.server.KafkaConfig")


def check_node_served(config: NodeConfig) -> None:
    """Raise ConfigException unless Ottla can be the node that `config` describes."""
    check_served(config.values.given)
    if config.roles != {"broker", "controller"}:
        raise ConfigException(
            f"process.roles={','.join(sorted(config.roles))} is not served yet: a node is broker and "
            "controller. Set process.roles to broker,controller."
        )
    if len(config.voters) > 1:
        raise ConfigException(
            "A quorum of several controllers is not served yet. Name only this node in "
            "controller.quorum.voters."
        )
    for name, protocol in config.protocols.items():
        if protocol != "PLAINTEXT":
            raise ConfigException(
                f"Listener {name} can't use {protocol}: only PLAINTEXT is served yet. Change "
                "listener.security.protocol.map."
            )
    for listener in config.advertised:
        if listener.port == 0:
            raise ConfigException(
                f"Nobody would find listener {listener.name} on port 0. Choose a port in listeners, or use "
                "`ottla start --port 0`."
            )


def tell_without_effect(config: NodeConfig) -> None:
    """In the log, once."""
    for names, reason in without_effect(config.values.given):
        _log.warning("No effect have %s: %s.", ", ".join(names), reason)
