"""What a handler may use while it answers one request."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ottla.model.now import Now
from ottla.model.ports import Entropy
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines

if TYPE_CHECKING:
    from ottla.machine.later import Later
    from ottla.metadata.image import MetadataImage
    from ottla.model.config.broker_configs import BrokerConfigs
    from ottla.server.api import Api
    from ottla.server.broker import Broker
    from ottla.server.connection import Answer, Connection
    from ottla.server.dispatch import Dispatcher
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
        self.configs: BrokerConfigs | None = None


class RequestContext:
    """One request's surroundings."""

    __slots__ = ("_dispatcher", "_now", "_services", "connection", "header", "is_forwarded")

    def __init__(
        self,
        services: Services,
        dispatcher: "Dispatcher",
        connection: "Connection",
        header: "RequestHeader",
        *,
        is_forwarded: bool = False,
    ) -> None:
        self._services, self._dispatcher = services, dispatcher
        self.connection, self.header = connection, header
        self.is_forwarded = is_forwarded
        self._now: Now | None = None

    @property
    def listener(self) -> "Listener":
        return self._dispatcher.listener

    @property
    def apis(self) -> "Mapping[int, Api]":
        """What this listener serves, by key."""
        return self._dispatcher.apis

    def answer_embedded(self, frame: bytes) -> "Answer | Later[Answer]":
        """The answer frame to a request that came inside this one."""
        return self._dispatcher.answer_embedded(frame, self)

    @property
    def version(self) -> int:
        return self.header.version

    @property
    def client_id(self) -> str | None:
        return self.header.client_id

    @property
    def client_host(self) -> str:
        return self.connection.client_host

    @property
    def now(self) -> Now:
        """The time, read once per request."""
        if self._now is None:
            self._now = self._services.clock.now()
        return self._now

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
    def configs(self) -> "BrokerConfigs":
        """This node's configuration in its layers."""
        assert self._services.configs is not None, "every node has a configuration"
        return self._services.configs

    @property
    def image(self) -> "MetadataImage":
        """The committed metadata as this node has applied it."""
        return self.broker.image if self._services.broker is not None else self.quorum.image

    @property
    def kraft_version(self) -> int:
        """The level in force, which the Raft layer keeps."""
        quorum = self._services.quorum
        return quorum.driver.core.replica.voters.kraft_version if quorum is not None else 0

    def topic_name(self, topic_id: bytes) -> str | None:
        topic = self.image.topics.by_id(topic_id)
        return topic.name if topic is not None else None

    def on_close(self, action: Callable[[], None]) -> None:
        """Run `action` if the connection closes before this request is answered."""
        self.connection.on_abandon(action)
