"""The broker half of a node, as handlers see it."""

from dataclasses import dataclass

from ottla.machine.later import Later
from ottla.metadata.image import MetadataImage
from ottla.replication.fetch_sessions import FetchSessions
from ottla.runtime.machines.groups.group_coordinators import GroupCoordinators
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.partitions import Partitions
from ottla.runtime.peers.controller_channel import ControllerChannel
from ottla.runtime.peers.producer_ids import ProducerIds
from ottla.runtime.quorum.node_metadata import NodeMetadata
from ottla.server.auto_creation import AutoCreation
from ottla.server.settings import BrokerSettings


@dataclass(slots=True)
class Broker:
    """The rooms of one broker."""

    settings: BrokerSettings
    metadata: NodeMetadata
    partitions: Partitions
    fetch_sessions: FetchSessions
    forwarding: ControllerChannel
    auto_creation: AutoCreation
    producer_ids: ProducerIds
    groups: GroupCoordinators
    directories: LogDirectories

    @property
    def image(self) -> MetadataImage:
        return self.metadata.image

    def forward(self, frame: bytes, client_host: str) -> Later[bytes | bytearray | None]:
        """The active controller's answer to a client's request."""
        return self.forwarding.forward(frame, client_host, self.settings.controller_socket_timeout_s)
