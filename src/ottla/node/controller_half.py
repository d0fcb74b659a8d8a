"""The quorum half of a node: metadata log, raft core, controller, controller listener."""

from typing import TYPE_CHECKING

import ottla.server.apis
from ottla.log.loading import open_log
from ottla.log.partition_log import PartitionLog
from ottla.metadata.features import TOLERATED
from ottla.metadata.record import MetadataRecord
from ottla.model.ids import TopicPartition
from ottla.model.topics import METADATA_TOPIC
from ottla.node.config_rules import NodeConfigRules
from ottla.node.config_settings import (
    controller_config,
    metadata_log_config,
    quorum_config,
    snapshot_retention,
    snapshot_schedule,
)
from ottla.node.storage.bootstrap_checkpoint import read_bootstrap
from ottla.node.storage.log_directories import StorageError
from ottla.node.storage.meta_properties import MetaProperties
from ottla.raft.effects import Send
from ottla.raft.events import ShutdownRequested, Started
from ottla.raft.quorum import Quorum as RaftCore
from ottla.raft.replica import Identity
from ottla.raft.voters import Address, ReplicaKey, VoterSet
from ottla.runtime.quorum.active_controller import ActiveController
from ottla.runtime.quorum.driver import QuorumDriver
from ottla.runtime.quorum.metadata_log import MetadataLog
from ottla.runtime.quorum.node_metadata import NodeMetadata
from ottla.runtime.quorum.snapshotting import Snapshotting
from ottla.server.api import served_apis
from ottla.server.context import Services
from ottla.server.dispatch import Dispatcher
from ottla.server.quorum import Quorum

if TYPE_CHECKING:
    from ottla.node.config import NodeConfig
    from ottla.node.node import Node
    from ottla.wire.messages.controller_registration_request import ControllerRegistrationRequest

_LEAVE_MS = 5_000


class ControllerHalf:
    """Started first, stopped last."""

    def __init__(self, node: "Node", services: Services, quorum: Quorum) -> None:
        self._node, self._services, self.quorum = node, services, quorum

    async def start(self) -> None:
        """Listen for brokers and peers, then take part in the quorum."""
        config = self._node.config
        apis = served_apis(ottla.server.apis, "controller")
        for listener in config.listeners:
            if listener.kind == "controller":
                await self._node.acceptor.listen(listener, Dispatcher(apis, listener, self._services))
        self.quorum.driver.step(Started())

    def announce(self) -> None:
        """Tell the active controller of this one; after the start, which does not need it."""
        from ottla.runtime.peers.controller_channel import ControllerChannel
        from ottla.runtime.peers.controller_registration import ControllerRegistration

        node, config, metadata = self._node, self._node.config, self.quorum.metadata
        channel = ControllerChannel(
            f"controller-{config.node_id}-registration",
            lambda: metadata.leader_address(config.controller_listener.name),
            node.tasks,
        )
        request = _registration(config, node.world.entropy.uuid())
        registration = ControllerRegistration(channel, lambda: request, node.tasks)
        metadata.subscribe(registration.publish)

    async def stop(self) -> None:
        """Resign, and close the log."""
        driver = self.quorum.driver
        driver.step(ShutdownRequested(_LEAVE_MS))
        driver.close()
        driver.log.close()


def build_controller(node: "Node", services: Services, meta: MetaProperties) -> ControllerHalf:
    """Assemble the quorum member that the configuration describes."""
    config, world = node.config, node.world
    directory = f"{config.metadata_log_dir}/{METADATA_TOPIC}-0"
    log = MetadataLog(
        world.disk,
        directory,
        _open(node, directory),
        world.clock.now,
    )
    log.recover()
    static = config.static_voters()
    voters = log.voters(VoterSet.static(config.controller_listener.name.upper(), static))
    if len(voters.last) > 1:
        raise StorageError(
            f"The quorum has the controllers {voters.last.ids}, and several are not supported yet: let "
            "controller.quorum.voters name this node alone."
        )
    identity = _identity(node, meta, static)
    core = RaftCore(
        identity,
        quorum_config(config.values, is_alone=len(voters.last) <= 1),
        world.entropy,
        log.view(),
        voters,
        log.read_quorum_state(),
    )
    driver = QuorumDriver(
        core, log, _no_peers, world.clock, node.deadlines, lambda error: world.halt(f"metadata log: {error}")
    )
    controller = ActiveController(
        controller_config(
            config.values,
            cluster_id=services.cluster_id,
            rules=NodeConfigRules(config.values),
            voter_ids=tuple(voters.last.ids),
            kraft_version=voters.kraft_version,
        ),
        world.entropy,
        world.clock,
        node.deadlines,
        lambda: [
            MetadataRecord(record, 0)
            for record in read_bootstrap(world.disk, config.metadata_log_dir).records
        ],
    )
    metadata = NodeMetadata(driver, controller)
    driver.listener = metadata
    snapshotting = Snapshotting(
        driver,
        lambda: metadata.image,
        snapshot_schedule(config.values, world.clock.mono_ms()),
        snapshot_retention(config.values),
        world.clock,
        node.deadlines,
        node.tasks,
    )
    metadata.on_applied = snapshotting.applied
    snapshotting.start()
    quorum = services.quorum = Quorum(driver, metadata, controller)
    return ControllerHalf(node, services, quorum)


def _open(node: "Node", directory: str) -> PartitionLog:
    """The metadata log, always recovered: it is small, and no mark says how its last stop was."""
    world = node.world
    loading = open_log(
        world.disk,
        directory,
        TopicPartition(METADATA_TOPIC, 0),
        metadata_log_config(node.config.values),
        entropy=world.entropy,
        now=world.clock.now(),
        clean=False,
    )
    while True:
        try:
            next(loading)
        except StopIteration as done:
            log: PartitionLog = done.value
            return log


def _identity(node: "Node", meta: MetaProperties, static: dict[int, Address]) -> Identity:
    config = node.config
    listener = config.controller_listener
    assert meta.directory_id is not None, "given when the directories were prepared"
    from ottla.raft.voters import Node as Peer

    return Identity(
        key=ReplicaKey(config.node_id, meta.directory_id),
        cluster_id=meta.cluster_id or "",
        listener=listener.name.upper(),
        endpoints={listener.name.upper(): Address(listener.host, listener.port)},
        bootstrap_servers=tuple(Peer(node_id, *address) for node_id, address in static.items()),
        can_become_voter="controller" in config.roles,
    )


def _registration(config: "NodeConfig", incarnation_id: bytes) -> "ControllerRegistrationRequest":
    from ottla.wire.messages.controller_registration_request import (
        ControllerRegistrationRequest,
        Feature,
        Listener,
    )

    return ControllerRegistrationRequest(
        controller_id=config.node_id,
        incarnation_id=incarnation_id,
        listeners=[
            Listener(name=each.name, host=each.host or "localhost", port=each.port, security_protocol=0)
            for each in config.advertised
            if each.kind == "controller"
        ],
        features=[
            Feature(name=name, min_supported_version=low, max_supported_version=high)
            for name, (low, high) in sorted(TOLERATED.items())
        ],
    )


def _no_peers(send: Send) -> None:
    raise AssertionError(f"a quorum of one sends nothing: {send}")
