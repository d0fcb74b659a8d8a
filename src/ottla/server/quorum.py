"""The quorum half of a node, as handlers see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ottla.controller.turn import Request
from ottla.machine.later import Later
from ottla.metadata.image import MetadataImage
from ottla.model.ids import Ticket
from ottla.runtime.quorum.active_controller import ActiveController
from ottla.runtime.quorum.driver import QuorumDriver
from ottla.runtime.quorum.node_metadata import NodeMetadata
from ottla.wire.message import Message


@dataclass(slots=True)
class Quorum:
    """One replica of the metadata log and the controller on it."""

    driver: QuorumDriver
    metadata: NodeMetadata
    controller: ActiveController

    @property
    def image(self) -> MetadataImage:
        return self.metadata.image

    def submit(self, command: Callable[[Ticket], Request]) -> Later[Any]:
        """What the active controller answers; NOT_CONTROLLER when that is not this node."""
        return self.controller.submit(command)

    def ask(self, request: Message, version: int, listener: str) -> Later[Any]:
        """What the raft core answers."""
        return self.driver.ask(request, version, listener)
