"""One simulated machine with a node on it, that can be killed, lose power, and come back.

The node is the one that ships: same assembly, same protocols, same log; only the loop, the network, the
disk, the clocks and chance are the simulation's.
"""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

from ottla.model.uuid import uuid_text
from ottla.node.config import NodeConfig, node_config
from ottla.node.node import Node, World
from ottla.node.storage.formatter import FormatOptions, NodeToFormat, format_storage
from ottla.runtime.loop.clock import Clock
from ottla.sim.disk import SimDisk
from ottla.sim.entropy import SimEntropy
from ottla.sim.loop import SimLoop
from ottla.sim.mount import Mount, Vanished
from ottla.sim.network import SimNetwork
from ottla.sim.trace import Trace

HOST, PORT, CONTROLLER_PORT = "node", 9092, 9093
DATA = "/data"
_EPOCH_S = 1_700_000_000.0
_SESSION_MS = 3_000


class NodeHalted(Exception):
    """The node ended itself: it said that it can't go on."""


class SimWorld:
    """Everything hangs on the seed; two worlds of one seed have one history."""

    def __init__(self, seed: int, overrides: dict[str, str] | None = None) -> None:
        self.seed, self.random, self.trace = seed, Random(seed), Trace()
        self.loop = SimLoop()
        self.network = SimNetwork(self.loop, self.random, self.trace)
        self.disk = SimDisk(self.loop, self.random, self.trace)
        self.clock = Clock(self.loop.time, lambda: _EPOCH_S + self.loop.time())
        self.entropy = SimEntropy(self.random)
        self.config = _config(overrides or {})
        self.node: Node | None = None
        self.halted: list[str] = []
        self.faults: list[str] = []
        """Exceptions that nobody caught: faults of ours."""
        self.loop.set_exception_handler(self._uncaught)
        self._format()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` to its end in virtual time."""
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(work)
        finally:
            self._drop_tasks()
            asyncio.set_event_loop(None)
            self.loop.close()

    @property
    def running(self) -> Node:
        """The node; for whoever knows that it runs."""
        assert self.node is not None, "the node is down"
        return self.node

    async def start_node(self) -> Node:
        """Start the node on what its disk holds."""
        assert self.node is None, "one node at a time"
        node = Node(self.config, World(Mount(self.disk), self.entropy, self.clock, self._halt))
        self.node = node
        await node.start()
        return node

    async def stop_node(self) -> None:
        """Stop in order."""
        node, self.node = self.node, None
        assert node is not None, "only a running node stops"
        await node.stop()
        self.network.break_all()

    def kill_node(self) -> None:
        """As kill -9: nothing of the process is left, the disk keeps what was written."""
        self._end()
        self.disk.kill()

    def cut_power(self) -> None:
        """The machine is dark: what was not synced is lost, torn or kept, as chance has it."""
        self._end()
        self.disk.cut_power()

    def _end(self) -> None:
        node, self.node = self.node, None
        self.network.break_all()
        if node is not None:
            node.vanish()

    def _uncaught(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, Vanished):
            self.faults.append(f"{context['message']}: {error!r}")

    def _halt(self, reason: str) -> None:
        """The node says that it can't go on; a real process ends at this very place."""
        self.halted.append(reason)
        self.kill_node()

    def _format(self) -> None:
        config = self.config
        self.disk.make_dir(DATA)
        format_storage(
            NodeToFormat(
                config.node_id,
                config.roles,
                config.log_dirs,
                config.metadata_log_dir,
                "CONTROLLER",
                (HOST, CONTROLLER_PORT),
                has_static_voters=False,
            ),
            FormatOptions(cluster_id=uuid_text(self.entropy.uuid()), standalone=True),
            Mount(self.disk),
            self.entropy,
            self.clock.now().wall_ms,
            lambda line: None,
        )
        self.disk.sync_dir("/")
        self.disk.sync_dir(DATA)

    def _drop_tasks(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))


def _config(overrides: dict[str, str]) -> NodeConfig:
    return node_config(
        {
            "node.id": "1",
            "process.roles": "broker,controller",
            "listeners": f"PLAINTEXT://{HOST}:{PORT},CONTROLLER://{HOST}:{CONTROLLER_PORT}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{PORT},CONTROLLER://{HOST}:{CONTROLLER_PORT}",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"{HOST}:{CONTROLLER_PORT}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": DATA,
            "offsets.topic.num.partitions": "3",
            "offsets.topic.replication.factor": "1",
            "group.initial.rebalance.delay.ms": "0",
            "broker.session.timeout.ms": str(_SESSION_MS),
            "broker.heartbeat.interval.ms": "500",
            **overrides,
        }
    )
