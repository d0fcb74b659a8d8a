"""What a node is told to be: the typed view of server.properties that the assembly reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from ottla.raft.voters import Address
from ottla.server.listener import Listener


class ConfigError(Exception):
    """A setting that a person must change; the text says which and how."""


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One combined, broker or controller node. Times in ms, sizes in bytes."""

    node_id: int
    roles: frozenset[str]
    listeners: tuple[Listener, ...]
    advertised: tuple[Listener, ...]
    log_dirs: tuple[str, ...]
    metadata_log_dir: str
    quorum_voters: str
    properties: Mapping[str, str]

    @property
    def controller_listener(self) -> Listener:
        """The first of `controller.listener.names`."""
        return next(listener for listener in self.listeners if listener.kind == "controller")

    def static_voters(self) -> dict[int, Address]:
        """The members of `controller.quorum.voters`."""
        found = {}
        for part in _split(self.quorum_voters):
            node_id, _, address = part.partition("@")
            host, _, port = address.rpartition(":")
            found[int(node_id)] = Address(host, int(port))
        return found

    def text(self, key: str, default: str) -> str:
        return self.properties.get(key, default)

    def number(self, key: str, default: int) -> int:
        return int(self.properties.get(key, default))

    def flag(self, key: str, default: bool) -> bool:
        return self.properties.get(key, str(default)).lower() == "true"

    @property
    def fetch_max_bytes(self) -> int:
        return self.number("fetch.max.bytes", 57_671_680)

    @property
    def auto_create_topics_enable(self) -> bool:
        return self.flag("auto.create.topics.enable", True)


def node_config(properties: Mapping[str, str]) -> NodeConfig:
    """The settings of one node. Raises ConfigError."""
    controller_names = _split(properties.get("controller.listener.names", ""))
    listeners = _listeners(properties.get("listeners", "PLAINTEXT://:9092"), controller_names)
    log_dirs = _split(properties.get("log.dirs", properties.get("log.dir", "/tmp/kafka-logs")))  # noqa: S108
    advertised = properties.get("advertised.listeners")
    return NodeConfig(
        node_id=int(properties["node.id"]),
        roles=frozenset(_split(properties["process.roles"])),
        listeners=listeners,
        advertised=_listeners(advertised, controller_names) if advertised else listeners,
        log_dirs=log_dirs,
        metadata_log_dir=properties.get("metadata.log.dir", log_dirs[0]),
        quorum_voters=properties.get("controller.quorum.voters", ""),
        properties=properties,
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _listeners(text: str, controller_names: tuple[str, ...]) -> tuple[Listener, ...]:
    found = []
    for part in _split(text):
        name, _, address = part.partition("://")
        host, _, port = address.rpartition(":")
        kind = "controller" if name in controller_names else "broker"
        found.append(Listener(name, kind, host.strip("[]"), int(port)))  # type: ignore[arg-type]
    return tuple(found)
