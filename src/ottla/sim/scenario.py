"""One run: a node under clients and faults, then peace, and everything is checked.

Phase one draws faults from the seed: kill -9, power cuts, broken connections, slow latencies, clean
restarts. Phase two heals the world; all clients must get through, and the logs must hold
what was promised.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ottla.model.ids import TopicPartition
from ottla.node.node import Node
from ottla.runtime.partitions.partitions import Partitions
from ottla.sim.checkers.acknowledged import check_survival
from ottla.sim.checkers.bounded import check_bounds
from ottla.sim.checkers.dense_logs import check_log
from ottla.sim.checkers.recovery import check_recovery
from ottla.sim.history import History, Violation
from ottla.sim.workloads.administering import create_topic, have_coordinator
from ottla.sim.workloads.consuming import Consuming
from ottla.sim.workloads.producing import Producing
from ottla.sim.world import PORT, SimWorld

GROUPS = ("readers", "others")
_PEACE_S = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """How hard a run is."""

    seconds: float = 20.0
    producers: int = 2
    fault_every_s: float = 4.0


class Outcome(NamedTuple):
    """What a run did; `trace` is the hash of its whole history."""

    seed: int
    operations: int
    faults: int
    events: int
    trace: str


def run_seed(seed: int, options: Options | None = None) -> Outcome:
    """One history. Raises Violation."""
    return _Run(seed, options or Options()).run()


class _Run:
    def __init__(self, seed: int, options: Options) -> None:
        self._options = options
        self._world = SimWorld(seed)
        self._random = self._world.random
        self._history = History()
        self._faults = 0
        self._partitions: list[TopicPartition] = []
        self._kinds = [self._kill, self._cut_power, self._break_connections, self._restart, self._fail_disk]

    def run(self) -> Outcome:
        world = self._world
        world.network.mean_latency_s = self._random.choice([0.0005, 0.002, 0.01])
        world.network.split_share = self._random.choice([0.0, 0.1, 0.5])
        world.disk.mean_sync_s = self._random.choice([0.0005, 0.005, 0.05])
        world.run(self._live())
        if world.faults:
            raise Violation(f"an exception that nobody caught: {world.faults[0]}")
        if world.halted:
            raise Violation(f"the node gave up: {world.halted[0]}")
        return Outcome(
            world.seed, self._history.operations, self._faults, world.trace.events, world.trace.digest()
        )

    async def _live(self) -> None:
        await self._world.start_node()
        await self._create_topics()
        clients = self._clients()
        tasks = [asyncio.ensure_future(client.run()) for client in clients]
        await self._suffer(tasks)
        for client in clients:
            client.stopping = True
        await self._within(
            _PEACE_S, _all(tasks), "I21 a client did not get through after the faults had stopped"
        )
        self._check_node()
        await self._world.stop_node()
        await self._world.start_node()
        self._check_node()
        await self._world.stop_node()

    async def _create_topics(self) -> None:
        tiny = {
            "segment.bytes": "1048576",
            "internal.segment.bytes": str(self._random.choice([3_000, 10_000, 50_000])),
        }
        self._partitions += await create_topic("plain", 2, tiny, self._history)
        flushing = {**tiny, "flush.messages": "1"}
        self._partitions += await create_topic("flushed", 1, flushing, self._history)
        for group in GROUPS:
            await have_coordinator(group)

    def _clients(self) -> list[Producing | Consuming]:
        producers = [
            Producing(f"p{index}", self._partitions, self._history, self._random, self._world.clock)
            for index in range(self._options.producers)
        ]
        consumers = [Consuming(group, self._partitions, self._history, self._random) for group in GROUPS]
        return [*producers, *consumers]

    # --- faults ---------------------------------------------------------------------------------

    async def _suffer(self, tasks: Sequence[asyncio.Future[None]]) -> None:
        end = self._world.loop.time() + self._options.seconds
        while self._world.loop.time() < end:
            await asyncio.sleep(self._random.expovariate(1 / self._options.fault_every_s))
            _raise_first(tasks)
            check_bounds(self._node())
            await self._random.choice(self._kinds)()
            self._faults += 1

    def _node(self) -> Node:
        node = self._world.node
        assert node is not None, "a fault ends with a running node"
        return node

    def _led(self) -> Partitions:
        services = self._node().services
        assert services is not None, "the node is started"
        assert services.broker is not None, "the node is a broker"
        return services.broker.partitions

    async def _kill(self) -> None:
        self._world.kill_node()
        await self._come_back()

    async def _cut_power(self) -> None:
        promised = self._synced_ends()
        self._world.cut_power()
        await self._come_back(lambda: self._forget_lost(promised))

    async def _break_connections(self) -> None:
        self._world.network.break_some(0.5)

    async def _fail_disk(self) -> None:
        """Writes or syncs fail for a while; the node must give up rather than promise what it can't keep."""
        disk = self._world.disk
        operation = self._random.choice(["write", "sync"])
        disk.failing[operation] = self._random.choice([errno.EIO, errno.ENOSPC])
        await asyncio.sleep(self._random.uniform(0.1, 2))
        disk.failing.clear()
        self._world.halted.clear()
        if self._world.node is not None:
            self._world.kill_node()
        await self._come_back()

    async def _restart(self) -> None:
        await self._world.stop_node()
        await self._come_back()

    async def _come_back(self, reckon: Callable[[], None] = lambda: None) -> None:
        """Start again; `reckon` adapts the history to what may be lost before all is checked."""
        check_recovery(self._world)
        self._world.network.refused.add(PORT)
        await asyncio.sleep(self._random.expovariate(1))
        await self._within(_PEACE_S, self._world.start_node(), "I21 the node did not start")
        reckon()
        self._check_node()
        self._world.network.refused.clear()

    def _synced_ends(self) -> dict[TopicPartition, int]:
        """Up to where each log is on the medium: a power cut must not take more."""
        return {partition.name: int(partition.log.recovery_point) for partition in self._led()}

    def _forget_lost(self, promised: dict[TopicPartition, int]) -> None:
        """A power cut may take what was not synced, from the end of the log; never what was."""
        for partition in self._led():
            end = partition.log.log_end_offset
            self._check_flushed(partition.name, promised)
            if end < promised.get(partition.name, 0):
                raise Violation(f"F2 {partition.name} ends at {end}, {promised[partition.name]} was synced")
            if partition.name in self._history.partitions:
                self._history.of(partition.name).forget_from(end)
        self._history.committed.clear()

    def _check_flushed(self, name: TopicPartition, promised: dict[TopicPartition, int]) -> None:
        """With `flush.messages=1` what is acknowledged was synced before."""
        acknowledged = self._history.of(name).acknowledged
        if name.topic == "flushed" and max(acknowledged, default=-1) >= promised.get(name, 0):
            raise Violation(
                f"I1 {name} acknowledged {max(acknowledged)}, and only {promised.get(name)} was synced"
            )

    # --- checks ---------------------------------------------------------------------------------

    def _check_node(self) -> None:
        for topic, count in self._history.topics.items():
            if sum(1 for partition in self._led() if partition.name.topic == topic) != count:
                raise Violation(f"I16 topic {topic} was created with {count} partitions, and some are gone")
        for partition in self._led():
            check_log(partition.log)
            history = self._history.partitions.get(partition.name)
            if history is not None:
                check_survival(partition.name, history, partition.log)

    async def _within(self, seconds: float, work: Awaitable[object], failure: str) -> None:
        try:
            async with asyncio.timeout(seconds):
                await work
        except Violation:
            raise
        except Exception as error:
            raise Violation(f"{failure}: {error!r}") from error


def _raise_first(tasks: Sequence[asyncio.Future[None]]) -> None:
    for task in tasks:
        if task.done() and (error := task.exception()) is not None:
            raise error


async def _all(tasks: Sequence[asyncio.Future[None]]) -> None:
    await asyncio.gather(*tasks)
