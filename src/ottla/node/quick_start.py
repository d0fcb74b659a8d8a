"""A node that needs no configuration: on this machine alone, formatted on first use."""

import os
from typing import Final, NamedTuple

from ottla.model.config.config_exception import ConfigException
from ottla.model.uuid import uuid_text
from ottla.node.config import NodeConfig
from ottla.node.node import World
from ottla.node.ports import free_port, is_free

_NEAR: Final = 100
ALONE: Final = {
    "offsets.topic.replication.factor": "1",
    "group.initial.rebalance.delay.ms": "0",
}
"""One node has one copy of everything, and its groups wait for nobody."""


class Ports(NamedTuple):
    """Where clients and the controller's peers connect."""

    broker: int
    controller: int


def alone_properties(directory: str, ports: Ports) -> dict[str, str]:
    """The configuration of a single node for this machine's own clients."""
    return {
        "node.id": "1",
        "process.roles": "broker,controller",
        "listeners": f"PLAINTEXT://localhost:{ports.broker},CONTROLLER://127.0.0.1:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{ports.controller}",
        "log.dirs": os.path.abspath(directory),  # noqa: PTH100  # pathlib costs the start 4 ms
        **ALONE,
    }


def choose_ports(port: int) -> Ports:
    """`port` for clients (0: any that is free), the controller's near it. Raises ConfigException."""
    port = port or free_port()
    for controller in range(port + 1, min(port + _NEAR, 65_536)):
        if is_free(controller):
            return Ports(port, controller)
    raise ConfigException(f"No port near {port} is free for the controller. Choose another with --port.")


def is_formatted(config: NodeConfig, world: World) -> bool:
    return world.disk.exists(f"{config.metadata_log_dir}/meta.properties")


def format_on_first_use(config: NodeConfig, world: World) -> None:
    """Format the directories unless they are. Raises StorageError, OSError."""
    if is_formatted(config, world):
        return
    from ottla.node.storage.formatter import FormatOptions, NodeToFormat, format_storage

    listener = config.controller_listener
    node = NodeToFormat(
        node_id=config.node_id,
        process_roles=config.roles,
        log_dirs=config.log_dirs,
        metadata_log_dir=config.metadata_log_dir,
        controller_listener=listener.name,
        advertised_controller=(listener.host, listener.port),
        has_static_voters=bool(config.voters),
    )
    options = FormatOptions(
        cluster_id=uuid_text(world.entropy.uuid()), standalone=not config.voters, ignore_formatted=True
    )
    format_storage(node, options, world.disk, world.entropy, world.clock.now().wall_ms, lambda line: None)
