"""A client's connections to one cluster, found through a bootstrap list, and the calls made over them."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from ottla.dial.attempt import Attempt
from ottla.dial.channel import Channel, Disconnected
from ottla.dial.notices import Notice, TopicsInTrouble, Unreachable
from ottla.link.admin.cluster import CONTROLLERS, describe_cluster
from ottla.link.call import MOVED, Anyone, Call, Controller, Coordinator, Node, Target, TryAgain, error_code
from ottla.link.cluster_view import ClusterView, NodeAddress, metadata_request
from ottla.link.coordinators import find_coordinator
from ottla.link.settings import ClientSettings, backoff_ms
from ottla.wire.message import Message

Answer = TypeVar("Answer")
Address = tuple[str, int]


class Cluster:
    """One client's view of a cluster. Nodes of the bootstrap list count down from -1."""

    def __init__(
        self,
        bootstrap: Sequence[Address],
        settings: ClientSettings,
        notify: Callable[[Notice], None] = lambda notice: None,
        *,
        of_controllers: bool = False,
    ) -> None:
        """`of_controllers` when the bootstrap list names controllers: then the active one answers all."""
        self.settings = settings
        self.view = ClusterView()
        self.bootstrap = [NodeAddress(-1 - at, host, port) for at, (host, port) in enumerate(bootstrap)]
        self._notify = notify
        self.of_controllers = of_controllers
        self._channels: dict[tuple[str, int], Channel] = {}
        self._opening: dict[tuple[str, int], asyncio.Lock] = {}
        self._failures: dict[int, int] = {}
        self._coordinators: dict[Coordinator, NodeAddress] = {}

    async def call(self, call: Call[Answer], timeout_ms: int | None = None) -> Answer:
        """The answer. Raises ApiError, UnsupportedVersion, CallTimedOut."""
        within_s = (self.settings.api_timeout_ms if timeout_ms is None else timeout_ms) / 1000
        attempt = Attempt(asyncio.get_running_loop().time() + within_s)
        try:
            async with asyncio.timeout(within_s):
                return await self._insist(call, attempt)
        except TimeoutError:
            raise attempt.timed_out(call.name) from None

    async def refresh(
        self, topics: Iterable[str] | None, *, create: bool = False, name: str = "metadata"
    ) -> ClusterView:
        """Ask for the metadata of `topics`, or of all of them; the view is brought up to date.

        `name` is what the call is called when it takes too long.
        """
        everything = topics is None
        request = metadata_request(topics, create=create)
        response = await self.call(Call(name, Anyone(), request, lambda response: response))
        self.view.learn(response, everything=everything)
        errors = {
            topic.name: error_code(topic.error_code).name
            for topic in response.topics
            if topic.error_code and topic.name is not None
        }
        if errors:
            self._notify(TopicsInTrouble(errors))
        return self.view

    async def request(self, to: Target, request: Message, *, lane: str = "", timeout_ms: int = 0) -> Any:
        """Ask once. `lane` keeps what may wait long on a connection of its own. Raises Disconnected."""
        channel = await self.channel(to, lane)
        return await channel.request(
            request, timeout_s=(timeout_ms or self.settings.request_timeout_ms) / 1000
        )

    async def channel(self, to: Target, lane: str = "") -> Channel:
        """An open channel to `to`. Raises Disconnected, and ApiError when there is no such node."""
        match to:
            case Anyone() if not self.of_controllers:
                return await self._any(lane)
            case Controller() | Anyone():
                await self._know_nodes()
                return await self._open(self._node(self.view.controller_id), lane)
            case Node(id):
                await self._know_nodes()
                return await self._open(self._node(id), lane)
            case Coordinator():
                return await self._open(await self._coordinator(to), lane or "coordinator")

    def forget_coordinator(self, coordinator: Coordinator) -> None:
        """It has moved or can't be reached: look for it anew."""
        self._coordinators.pop(coordinator, None)

    async def close(self) -> None:
        for channel in self._channels.values():
            channel.close()
        # The transports close on the loop's next turn.
        await asyncio.sleep(0)

    async def _insist(self, call: Call[Answer], attempt: Attempt) -> Answer:
        while True:
            try:
                channel = await self.channel(call.to)
                attempt.tries += 1
                remaining_s = max(0.001, attempt.deadline_s - asyncio.get_running_loop().time())
                timeout_s = min(self.settings.request_timeout_ms / 1000, remaining_s)
                version = _version(call, channel)
                return call.read(await channel.request(call.request, version=version, timeout_s=timeout_s))
            except TryAgain as error:
                if error.code in MOVED:
                    await self._look_again(call.to)
                attempt.last = error
            except Disconnected as error:
                if isinstance(call.to, Coordinator):
                    self.forget_coordinator(call.to)
                attempt.last = error
            attempt.failed += 1
            settings = self.settings
            pause = backoff_ms(settings.retry_backoff_ms, settings.retry_backoff_max_ms, attempt.failed)
            await asyncio.sleep(pause / 1000)

    async def _look_again(self, to: Target) -> None:
        if isinstance(to, Coordinator):
            self.forget_coordinator(to)
        else:
            await self._learn_nodes()

    async def _know_nodes(self) -> None:
        if not self.view.nodes:
            await self._learn_nodes()

    async def _learn_nodes(self) -> None:
        channel = await self._any("")
        if self.of_controllers:
            described = describe_cluster(CONTROLLERS)
            found = described.read(await channel.request(described.request))
            self.view.controller_id = found.controller_id
            self.view.nodes = {node.id: node for node in found.nodes}
        else:
            self.view.learn(await channel.request(metadata_request([])))

    def _node(self, id_: int) -> NodeAddress:
        node = self.view.nodes.get(id_)
        if node is None:
            raise Disconnected(f"Node {id_} is not known")
        return node

    async def _coordinator(self, wanted: Coordinator) -> NodeAddress:
        known = self._coordinators.get(wanted)
        if known is None:
            call = find_coordinator(wanted)
            channel = await self._any("")
            known = self._coordinators[wanted] = call.read(await channel.request(call.request))
        return known

    async def _any(self, lane: str) -> Channel:
        """A channel that is open, or the first node that lets us in."""
        for channel in self._channels.values():
            if not channel.closed and not lane:
                return channel
        failure = Disconnected("No node could be reached")
        for node in (*self.view.nodes.values(), *self.bootstrap):
            try:
                return await self._open(node, lane)
            except Disconnected as error:
                failure = error
        raise failure

    async def _open(self, node: NodeAddress, lane: str) -> Channel:
        key = (lane, node.id)
        async with self._opening.setdefault(key, asyncio.Lock()):
            known = self._channels.get(key)
            if known is not None and not known.closed and (known.host, known.port) == (node.host, node.port):
                return known
            channel = Channel(node.host, node.port, self.settings.client_id)
            await self._connect(channel, node)
            self._channels[key] = channel
            return channel

    async def _connect(self, channel: Channel, node: NodeAddress) -> None:
        settings, failures = self.settings, self._failures.get(node.id, 0)
        if failures:
            pause = backoff_ms(settings.reconnect_backoff_ms, settings.reconnect_backoff_max_ms, failures)
            await asyncio.sleep(pause / 1000)
        try:
            await channel.open(settings.connection_setup_timeout_ms / 1000)
        except Disconnected:
            self._failures[node.id] = failures + 1
            self._notify(Unreachable(node))
            raise
        self._failures.pop(node.id, None)


def _version(call: Call[Any], channel: Channel) -> int | None:
    if call.version_max is None:
        return None
    return min(call.version_max, channel.link.version_of(call.request))
