"""The broker half of a node: its partitions, its standing with the controller, its listeners."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ottla.server.apis
from ottla.metadata.delta import MetadataDelta, between
from ottla.metadata.image import EMPTY, MetadataImage
from ottla.model.ids import TopicPartition
from ottla.model.uuid import Uuid
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.upkeep import Upkeep
from ottla.runtime.peers.broker_lifecycle import BrokerLifecycle
from ottla.runtime.publishers.configs_publisher import ConfigsPublisher
from ottla.runtime.quorum.node_metadata import NodeMetadata, Publish
from ottla.server.api import served_apis
from ottla.server.context import Services
from ottla.server.dispatch import Dispatcher

if TYPE_CHECKING:
    from ottla.node.node import Node


class BrokerHalf:
    """Registers, catches up, recovers, is unfenced, serves; and all of it backwards."""

    def __init__(
        self,
        node: "Node",
        services: Services,
        lifecycle: BrokerLifecycle,
        configs: ConfigsPublisher,
        publishers: Sequence[Publish],
        logs: LogDirectories,
        upkeep: Upkeep,
    ) -> None:
        self._node, self._services, self._logs, self._upkeep = node, services, logs, upkeep
        self.lifecycle, self._configs, self._publishers = lifecycle, configs, publishers
        self._loaded = False
        """Whether all logs are open: only then may they be closed as after a clean stop."""

    async def start(self) -> None:
        lifecycle, broker = self.lifecycle, self._services.broker
        assert broker is not None, "built before it is started"
        await lifecycle.register()
        broker.metadata.subscribe(self._published)
        self._node.tasks.start(lifecycle.run())
        await lifecycle.caught_up.wait()
        self._configs.publish(broker.image, between(EMPTY, broker.image))
        await self._logs.load(
            lambda name, topic_id: _is_mine(broker.image, self._node.config.node_id, name, topic_id)
        )
        self._loaded = True
        self._lead_all(broker.metadata)
        for publish in self._publishers:
            broker.metadata.subscribe(publish)
        lifecycle.set_ready()
        await lifecycle.unfenced.wait()
        await self._listen()
        self._upkeep.start()

    async def stop(self) -> None:
        """Controlled shutdown, as long as the controller takes; at most 5 s."""
        if self.lifecycle.epoch >= 0 and self._node.config.values.flag("controlled.shutdown.enable"):
            await self._leave()
        broker = self._services.broker
        assert broker is not None, "built before it is stopped"
        broker.groups.close()
        if self._loaded:
            self._logs.checkpoint_high_watermarks(broker.partitions.high_watermarks())
            self._logs.close(self.lifecycle.epoch, self._node.world.clock.now())

    async def _leave(self) -> None:
        self.lifecycle.leave()
        try:
            async with asyncio.timeout(5):
                await self.lifecycle.may_stop.wait()
        except TimeoutError:
            pass

    def _published(self, image: MetadataImage, delta: MetadataDelta) -> None:
        if not self.lifecycle.unfenced.is_set():
            self.lifecycle.beat_soon()

    def _lead_all(self, metadata: NodeMetadata) -> None:
        """Begin with the image as it is; from then on deltas tell."""
        delta = between(EMPTY, metadata.image)
        for publish in self._publishers:
            publish(metadata.image, delta)

    async def _listen(self) -> None:
        apis = served_apis(ottla.server.apis, "broker")
        for listener in self._node.config.listeners:
            if listener.kind == "broker":
                await self._node.acceptor.listen(listener, Dispatcher(apis, listener, self._services))


def _is_mine(image: MetadataImage, broker: int, name: TopicPartition, topic_id: Uuid | None) -> bool:
    """Whether the metadata assigns this log to this broker."""
    topic = image.topics.by_name(name.topic)
    if topic is None or topic_id not in (None, topic.id):
        return False
    partition = topic.partitions.get(name.partition)
    return partition is not None and broker in partition.replicas
