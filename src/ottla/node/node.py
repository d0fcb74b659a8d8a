"""One node: its disk, its clock, its quorum member and its broker, started and stopped in Kafka's order."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ottla.model.config.broker_checks import connections_per_ip
from ottla.model.config.broker_configs import BrokerConfigs
from ottla.model.config.broker_values import BrokerValues
from ottla.model.ports import Disk, Entropy
from ottla.node.broker_assembly import build_broker
from ottla.node.broker_half import BrokerHalf
from ottla.node.config import NodeConfig
from ottla.node.controller_half import ControllerHalf, build_controller
from ottla.node.storage.log_directories import prepare_log_directories
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.loop.tasks import Tasks
from ottla.server.acceptor import Acceptor
from ottla.server.context import Services

_log = logging.getLogger("kafka.server.KafkaRaftServer")


@dataclass(slots=True)
class World:
    """What a node stands on: real for the process, simulated for the proof."""

    disk: Disk
    entropy: Entropy
    clock: Clock
    halt: Callable[[str], None]
    """Called when the node can't go on; it must end at once, as after a power cut."""


class Node:
    """A running node."""

    def __init__(self, config: NodeConfig, world: World) -> None:
        self.config, self.world = config, world
        self.deadlines = Deadlines(world.clock)
        self.tasks = Tasks(lambda error: world.halt(f"{type(error).__name__}: {error}"))
        self.controller: ControllerHalf | None = None
        self.broker: BrokerHalf | None = None
        self.services: Services | None = None
        self.acceptor = Acceptor(
            world.clock,
            self.deadlines,
            idle_max_ms=config.values.number("connections.max.idle.ms"),
            frame_bytes_max=config.values.number("socket.request.max.bytes"),
            backlog=config.values.number("socket.listen.backlog.size"),
        )

    async def start(self) -> None:
        """Start; the node serves when this returns. Raises StorageError, OSError, RegistrationFailed."""
        config, world = self.config, self.world
        found = prepare_log_directories(
            world.disk,
            world.entropy,
            world.clock.now().wall_ms,
            config.node_id,
            config.log_dirs,
            config.metadata_log_dir,
        )
        meta = found.formatted[config.metadata_log_dir]
        assert meta.cluster_id is not None, "checked when the directories were read"
        services = self.services = Services(
            node_id=config.node_id,
            cluster_id=meta.cluster_id,
            clock=world.clock,
            deadlines=self.deadlines,
            entropy=world.entropy,
        )
        services.configs = BrokerConfigs(config.values.given)
        services.configs.follow(self._follow)
        self.controller = build_controller(self, services, meta)
        await self.controller.start()
        if "broker" in config.roles:
            self.broker = build_broker(self, services, found.formatted)
            await self.broker.start()
        self.controller.announce()
        _log.info("[KafkaRaftServer nodeId=%d] Kafka Server started", config.node_id)

    def _follow(self, values: BrokerValues) -> None:
        self.acceptor.limits.allow(
            values.number("max.connections"),
            values.number("max.connections.per.ip"),
            connections_per_ip(values),
        )

    async def stop(self) -> None:
        """Leave in order: the broker hands over, the logs are closed, the quorum is left."""
        if self.broker is not None:
            await self.broker.stop()
        if self.controller is not None:
            await self.controller.stop()
        await self.acceptor.close()
        await self.tasks.cancel()
        self.deadlines.close()
        _log.info("[KafkaRaftServer nodeId=%d] shut down completed", self.config.node_id)

    def vanish(self) -> None:
        """End at once, as a killed process does: nothing is said, written or awaited any more."""
        self.deadlines.close()
        self.tasks.drop()
        self.acceptor.drop()
        if self.controller is not None:
            self.controller.quorum.driver.drop()
