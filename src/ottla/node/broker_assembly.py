"""Assembles a broker from its configuration; every part says what it needs, here is where it gets it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ottla.log.config import LogConfig
from ottla.metadata.features import TOLERATED
from ottla.metadata.image import MetadataImage
from ottla.model.config.broker_values import BrokerValues
from ottla.model.ids import BrokerId
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.node.broker_half import BrokerHalf
from ottla.node.config import NodeConfig
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
from ottla.server.auto_creation import AutoCreation
from ottla.server.broker import Broker
from ottla.server.context import Services
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest, Feature, Listener

if TYPE_CHECKING:
    from ottla.node.node import Node


def build_broker(node: "Node", services: Services, formatted: Mapping[str, MetaProperties]) -> BrokerHalf:
    """The broker that the configuration describes; it also goes into `services`."""
    assert services.quorum is not None, "the quorum half is built first"
    assert services.configs is not None, "read before anything is built"
    config, world, tasks, metadata = node.config, node.world, node.tasks, services.quorum.metadata
    broker_id = BrokerId(config.node_id)

    def controller() -> Address | None:
        return metadata.leader_address(config.controller_listener.name)

    def config_of(topic: str) -> LogConfig:
        return configs.log_config(topic)

    directories = [
        LogDirectory(world.disk, world.entropy, path, formatted[path].directory_id, config_of)  # type: ignore[arg-type]
        for path in config.log_dirs
    ]
    logs = LogDirectories(directories, world.clock)
    partitions = Partitions(broker_id, logs)
    configs = ConfigsPublisher(broker_id, services.configs, partitions)
    heartbeats = ControllerChannel(f"broker-{broker_id}-heartbeat", controller, tasks)
    lifecycle = _lifecycle(node, services, directories, logs, heartbeats)
    groups = GroupCoordinators(
        groups_config(config.values),
        world.clock,
        node.deadlines,
        lambda: _partition_count(metadata.image),
    )
    forwarding = ControllerChannel(f"broker-{broker_id}-forwarding", controller, tasks)
    settings = broker_settings(config.values)
    services.broker = Broker(
        settings=settings,
        metadata=metadata,
        partitions=partitions,
        fetch_sessions=FetchSessions(config.values.number("max.incremental.fetch.session.cache.slots")),
        forwarding=forwarding,
        auto_creation=AutoCreation(forwarding, settings, tasks),
        producer_ids=ProducerIds(broker_id, lambda: lifecycle.epoch, forwarding, tasks),
        groups=groups,
        directories=logs,
    )
    failures = StorageFailures(partitions, logs, config.metadata_log_dir, world.halt, world.clock.now)
    partitions.on_disk_failure = failures.failed
    lifecycle.offline_dirs = lambda: failures.offline_ids
    publishers = (
        configs.publish,
        PartitionsPublisher(broker_id, partitions, world.clock).publish,
        GroupsPublisher(broker_id, groups, partitions).publish,
    )
    upkeep = _upkeep(node, partitions, logs, services.configs.follow)
    return BrokerHalf(node, services, lifecycle, configs, publishers, logs, upkeep)


def _lifecycle(
    node: "Node",
    services: Services,
    directories: Sequence[LogDirectory],
    logs: LogDirectories,
    heartbeats: ControllerChannel,
) -> BrokerLifecycle:
    config, quorum, incarnation = node.config, services.quorum, node.world.entropy.uuid()
    assert quorum is not None, "the quorum half is built first"
    metadata = quorum.metadata

    def registration() -> BrokerRegistrationRequest:
        return BrokerRegistrationRequest(
            broker_id=config.node_id,
            cluster_id=services.cluster_id,
            incarnation_id=incarnation,
            listeners=_listeners(config),
            features=[
                Feature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in sorted(TOLERATED.items())
            ],
            rack=config.values.optional_text("broker.rack"),
            log_dirs=[directory.directory_id for directory in directories],
            previous_broker_epoch=logs.previous_broker_epoch(),
        )

    return BrokerLifecycle(
        broker_id=config.node_id,
        channel=heartbeats,
        registration=registration,
        metadata_offset=lambda: metadata.image.provenance.offset,
        clock=node.world.clock,
        heartbeat_interval_ms=config.values.number("broker.heartbeat.interval.ms"),
        session_timeout_ms=config.values.number("broker.session.timeout.ms"),
        registration_timeout_ms=config.values.number("initial.broker.registration.timeout.ms"),
    )


def _listeners(config: NodeConfig) -> list[Listener]:
    return [
        Listener(name=each.name, host=each.host or "localhost", port=each.port, security_protocol=0)
        for each in config.advertised
        if each.kind == "broker"
    ]


def _upkeep(
    node: "Node",
    partitions: Partitions,
    logs: LogDirectories,
    follow: Callable[[Callable[[BrokerValues], None]], None],
) -> Upkeep:
    """Retention, flushing, checkpoints and compaction; what can be changed while it runs is followed."""
    values, world = node.config.values, node.world
    cleaner = Cleaner(
        partitions,
        logs,
        world.disk,
        world.clock,
        backoff_ms=values.number("log.cleaner.backoff.ms"),
        buffer_bytes=values.number("log.cleaner.dedupe.buffer.size"),
    )

    def changed(values: BrokerValues) -> None:
        cleaner.backoff_ms = values.number("log.cleaner.backoff.ms")
        cleaner.buffer_bytes = values.number("log.cleaner.dedupe.buffer.size")
        logs.keep_producers(values.number("producer.id.expiration.ms"))

    follow(changed)
    return Upkeep(
        partitions,
        logs,
        cleaner if values.flag("log.cleaner.enable") else None,
        upkeep_schedule(values),
        world.clock,
        node.deadlines,
        node.tasks,
    )


def _partition_count(image: MetadataImage) -> int:
    """Of the offsets topic; 0 until it is there."""
    topic = image.topics.by_name(GROUP_METADATA_TOPIC)
    return 0 if topic is None else len(topic.partitions)
