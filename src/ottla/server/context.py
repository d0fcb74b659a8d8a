"""What a handler may use while it answers one request."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ottla.model.now import Now
from ottla.model.ports import Entropy
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines

if TYPE_CHECKING:
    from ottla.metadata.image import MetadataImage
    from ottla.server.api import Api
    from ottla.server.broker import Broker
    from ottla.server.connection import Connection
    from ottla.server.listener import Listener
    from ottla.server.quorum import Quorum
    from ottla.wire.headers import RequestHeader


class Services:
    """The rooms of this node that handlers reach. A node has a broker, a quorum member, or both."""

    def __init__(
        self, *, node_id: int, cluster_id: str, clock: Clock, deadlines: Deadlines, entropy: Entropy
    ) -> None:
        self.node_id, self.cluster_id = node_id, cluster_id
        self.clock, self.deadlines, self.entropy = clock, deadlines, entropy
        self.broker: Broker | None = None
        self.quorum: Quorum | None = None


class RequestContext:
    """One request's surroundings."""

    __slots__ = ("__dict__", "_services", "apis", "connection", "header", "listener")

    def __init__(
        self,
        services: Services,
        listener: "Listener",
        connection: "Connection",
        header: "RequestHeader",
        apis: "Mapping[int, Api]",
    ) -> None:
        self._services = services
        self.listener, self.connection, self.header, self.apis = listener, connection, header, apis

    @property
    def version(self) -> int:
        return self.header.version

    @property
    def client_id(self) -> str | None:
        return self.header.client_id

    @property
    def client_host(self) -> str:
        return self.connection.client_host

    @cached_property
    def now(self) -> Now:
        return self._services.clock.now()

    @property
    def node_id(self) -> int:
        return self._services.node_id

    @property
    def cluster_id(self) -> str:
        return self._services.cluster_id

    @property
    def entropy(self) -> Entropy:
        return self._services.entropy

    @property
    def deadlines(self) -> Deadlines:
        return self._services.deadlines

    @property
    def broker(self) -> "Broker":
        assert self._services.broker is not None, "this API is for brokers"
        return self._services.broker

    @property
    def quorum(self) -> "Quorum":
        assert self._services.quorum is not None, "this API is for controllers"
        return self._services.quorum

    @property
    def image(self) -> "MetadataImage":
        """The committed metadata as this node has applied it."""
        return self.broker.image if self._services.broker is not None else self.quorum.image

    def on_close(self, action: Callable[[], None]) -> None:
        """Run `action` if the connection closes before this request is answered."""
        self.connection.on_abandon(action)
