"""The broker half of a node: its partitions, its standing with the controller, its listeners."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ottla.server.apis
from ottla.log.config import LogConfig
from ottla.metadata.delta import MetadataDelta, between
from ottla.metadata.features import TOLERATED
from ottla.metadata.image import EMPTY, MetadataImage
from ottla.model.config.broker_values import BrokerValues
from ottla.model.ids import BrokerId, TopicPartition
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.model.uuid import Uuid
from ottla.node.config_settings import broker_settings, groups_config, upkeep_schedule
from ottla.node.storage.meta_properties import MetaProperties
from ottla.replication.fetch_sessions import FetchSessions
from ottla.runtime.machines.groups.group_coordinators import GroupCoordinators
from ottla.runtime.partitions.cleaning import Cleaner
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.log_directory import LogDirectory
from ottla.runtime.partitions.partitions import Partitions
from ottla.runtime.partitions.storage_failures import StorageFailures
from ottla.runtime.partitions.upkeep import Upkeep
from ottla.runtime.peers.broker_lifecycle import BrokerLifecycle
from ottla.runtime.peers.controller_channel import Address, ControllerChannel
from ottla.runtime.peers.producer_ids import ProducerIds
from ottla.runtime.publishers.configs_publisher import ConfigsPublisher
from ottla.runtime.publishers.groups_publisher import GroupsPublisher
from ottla.runtime.publishers.partitions_publisher import PartitionsPublisher
from ottla.runtime.quorum.node_metadata import NodeMetadata, Publish
from ottla.server.api import served_apis
from ottla.server.auto_creation import AutoCreation
from ottla.server.broker import Broker
from ottla.server.context import Services
from ottla.server.dispatch import Dispatcher
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest, Feature, Listener

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


def _partition_count(image: MetadataImage) -> int:
    topic = image.topics.by_name(GROUP_METADATA_TOPIC)
    return 0 if topic is None else len(topic.partitions)


def build_broker(node: "Node", services: Services, formatted: Mapping[str, MetaProperties]) -> BrokerHalf:
    """Assemble the broker that the configuration describes."""
    config, world, tasks = node.config, node.world, node.tasks
    assert services.quorum is not None, "the quorum half is built first"
    metadata = services.quorum.metadata

    assert services.configs is not None, "read before anything is built"

    def config_of(topic: str) -> LogConfig:
        return configs.log_config(topic)

    directories = [
        LogDirectory(world.disk, world.entropy, path, formatted[path].directory_id, config_of)  # type: ignore[arg-type]
        for path in config.log_dirs
    ]
    logs = LogDirectories(directories, world.clock)
    partitions = Partitions(
        BrokerId(config.node_id),
        logs,
    )
    configs = ConfigsPublisher(BrokerId(config.node_id), services.configs, partitions)

    def controller() -> Address | None:
        return metadata.leader_address(config.controller_listener.name)

    settings = broker_settings(config.values)
    incarnation = world.entropy.uuid()
    lifecycle = BrokerLifecycle(
        broker_id=config.node_id,
        channel=ControllerChannel(f"broker-{config.node_id}-heartbeat", controller, tasks),
        registration=lambda: BrokerRegistrationRequest(
            broker_id=config.node_id,
            cluster_id=services.cluster_id,
            incarnation_id=incarnation,
            listeners=[
                Listener(name=each.name, host=each.host or "localhost", port=each.port, security_protocol=0)
                for each in config.advertised
                if each.kind == "broker"
            ],
            features=[
                Feature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in sorted(TOLERATED.items())
            ],
            rack=config.values.optional_text("broker.rack"),
            log_dirs=[directory.directory_id for directory in directories],
            previous_broker_epoch=logs.previous_broker_epoch(),
        ),
        metadata_offset=lambda: metadata.image.provenance.offset,
        clock=world.clock,
        heartbeat_interval_ms=config.values.number("broker.heartbeat.interval.ms"),
        session_timeout_ms=config.values.number("broker.session.timeout.ms"),
        registration_timeout_ms=config.values.number("initial.broker.registration.timeout.ms"),
    )
    groups = GroupCoordinators(
        groups_config(config.values),
        world.clock,
        node.deadlines,
        lambda: _partition_count(metadata.image),
    )
    forwarding = ControllerChannel(f"broker-{config.node_id}-forwarding", controller, tasks)
    services.broker = Broker(
        settings=settings,
        metadata=metadata,
        partitions=partitions,
        fetch_sessions=FetchSessions(config.values.number("max.incremental.fetch.session.cache.slots")),
        forwarding=forwarding,
        auto_creation=AutoCreation(forwarding, settings, tasks),
        producer_ids=ProducerIds(config.node_id, lambda: lifecycle.epoch, forwarding, tasks),
        groups=groups,
        directories=logs,
    )
    broker_id = BrokerId(config.node_id)
    failures = StorageFailures(partitions, logs, config.metadata_log_dir, world.halt, world.clock.now)
    partitions.on_disk_failure = failures.failed
    lifecycle.offline_dirs = lambda: failures.offline_ids
    publishers = (
        configs.publish,
        PartitionsPublisher(broker_id, partitions, world.clock).publish,
        GroupsPublisher(broker_id, groups, partitions).publish,
    )
    cleaner = Cleaner(
        partitions,
        logs,
        world.disk,
        world.clock,
        backoff_ms=config.values.number("log.cleaner.backoff.ms"),
        buffer_bytes=config.values.number("log.cleaner.dedupe.buffer.size"),
    )
    upkeep = Upkeep(
        partitions,
        logs,
        cleaner if config.values.flag("log.cleaner.enable") else None,
        upkeep_schedule(config.values),
        world.clock,
        node.deadlines,
        tasks,
    )

    def follow(values: BrokerValues) -> None:
        cleaner.backoff_ms = values.number("log.cleaner.backoff.ms")
        cleaner.buffer_bytes = values.number("log.cleaner.dedupe.buffer.size")
        logs.keep_producers(values.number("producer.id.expiration.ms"))

    services.configs.follow(follow)
    return BrokerHalf(node, services, lifecycle, configs, publishers, logs, upkeep)
