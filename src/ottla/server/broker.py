"""The broker half of a node, as handlers see it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ottla.metadata.image import MetadataImage
from ottla.replication.fetch_sessions import FetchSessions
from ottla.runtime.partitions.partitions import Partitions

if TYPE_CHECKING:
    from ottla.node.config import NodeConfig
    from ottla.runtime.peers.controller_channel import ControllerChannel


@dataclass(slots=True)
class Broker:
    """The rooms of one broker."""

    config: "NodeConfig"
    image: MetadataImage
    partitions: Partitions
    fetch_sessions: FetchSessions
    controller: "ControllerChannel"
