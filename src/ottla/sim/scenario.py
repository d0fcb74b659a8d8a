"""One run: a node under clients and faults, then peace, and everything is checked.

Phase one draws faults from the seed. Phase two heals the world; all clients must get through, and the
logs must hold what was promised.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ottla.model.ids import TopicPartition
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat
from ottla.runtime.partitions.partition import Partition
from ottla.sim.checkers.bounded import check_bounds
from ottla.sim.checkers.whole_node import check_node
from ottla.sim.faults import Faults, within
from ottla.sim.history import History, Violation
from ottla.sim.topics import KINDS, TRANSACTED, TopicKind
from ottla.sim.workloads.administering import create_topic, have_coordinator
from ottla.sim.workloads.churning import Churning
from ottla.sim.workloads.consuming import Consuming
from ottla.sim.workloads.isolated import Isolated
from ottla.sim.workloads.joining import Joining
from ottla.sim.workloads.producing import Producing
from ottla.sim.workloads.tabulating import Tabulating
from ottla.sim.workloads.transacting import Transacting
from ottla.sim.world import SimWorld

GROUPS, TEAM = ("readers", "others"), "team"
_PEACE_S = 60.0
_SETTINGS = {
    "log.cleaner.backoff.ms": "700",
    "log.cleaner.dedupe.buffer.size": "1048577",
    "log.retention.check.interval.ms": "1500",
    "log.flush.offset.checkpoint.interval.ms": "2500",
    "replica.high.watermark.checkpoint.interval.ms": "1000",
    "group.min.session.timeout.ms": "1000",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How hard a run is."""

    seconds: float = 15.0
    fault_every_s: float = 4.0


class Outcome(NamedTuple):
    """What a run did; `trace` is the hash of its whole history."""

    seed: int
    operations: int
    faults: int
    events: int
    trace: str


class Workload(Protocol):
    """A client that runs until it is told to stop, and then finishes what it has begun."""

    stopping: bool

    async def run(self) -> None: ...


def run_seed(seed: int, options: Options | None = None) -> Outcome:
    """One history. Raises Violation."""
    return _Run(seed, options or Options()).run()


class _Run:
    def __init__(self, seed: int, options: Options) -> None:
        self._options = options
        self._world = SimWorld(seed, _SETTINGS)
        self._random = self._world.random
        self._history = History()
        self._faults = Faults(self._world, self._history)
        self._partitions: dict[str, list[TopicPartition]] = {}

    def run(self) -> Outcome:
        world = self._world
        world.network.mean_latency_s = self._random.choice([0.0005, 0.002, 0.01])
        world.network.split_share = self._random.choice([0.0, 0.1, 0.5])
        world.disk.mean_sync_s = self._random.choice([0.0005, 0.005, 0.05])
        try:
            world.run(self._live())
        except Violation:
            raise
        except (CorruptBatch, UnsupportedBatchFormat) as error:
            raise Violation(f"I18 a log holds what is no batch: {error}") from error
        except Exception as error:
            raise Violation(f"an exception ended the run: {error!r}") from error
        if world.faults:
            raise Violation(f"an exception that nobody caught: {world.faults[0]}")
        if world.halted:
            raise Violation(f"the node gave up: {world.halted[0]}")
        return Outcome(
            world.seed,
            self._history.operations,
            self._faults.suffered,
            world.trace.events,
            world.trace.digest(),
        )

    async def _live(self) -> None:
        await self._world.start_node()
        for kind in KINDS:
            await self._create(kind)
        for group in (*GROUPS, TEAM):
            await have_coordinator(group)
        clients = self._clients()
        tasks = [asyncio.ensure_future(client.run()) for client in clients]
        await self._suffer(tasks)
        for client in clients:
            client.stopping = True
        failure = "I21 a client did not get through after the faults had stopped"
        await within(_PEACE_S, _all(tasks), failure)
        self._check()
        await self._world.stop_node()
        await self._world.start_node()
        self._check()
        await self._world.stop_node()

    async def _create(self, kind: TopicKind) -> None:
        configs = kind.draw(self._random)
        self._partitions[kind.name] = await create_topic(kind.name, kind.partitions, configs, self._history)

    def _clients(self) -> list[Workload]:
        history, random, clock, named = self._history, self._random, self._world.clock, self._partitions
        log, table = [*named["plain"], *named["flushed"], *named["short"]], named["table"]
        (transacted,) = named[TRANSACTED]
        return [
            *(Producing(name, log, history, random, clock) for name in ("p0", "p1")),
            Tabulating("t0", table, history, random, clock),
            *(Consuming(name, [*log, *table], frozenset(table), history, random) for name in GROUPS),
            *(Joining(TEAM, name, log, history, random) for name in ("m0", "m1", "m2")),
            Churning(history, random),
            Transacting(transacted, self._find, history, random, clock),
            Isolated(transacted, history, random),
        ]

    def _find(self, name: TopicPartition) -> Partition | None:
        """The partition in the node that runs now, if it serves."""
        node = self._world.node
        services = None if node is None else node.services
        if services is None or services.broker is None:
            return None
        return services.broker.partitions.find(name.topic, name.partition)

    async def _suffer(self, tasks: Sequence[asyncio.Future[None]]) -> None:
        end = self._world.loop.time() + self._options.seconds
        while self._world.loop.time() < end:
            await asyncio.sleep(self._random.expovariate(1 / self._options.fault_every_s))
            _raise_first(tasks)
            check_bounds(self._world)
            await self._faults.suffer_one()

    def _check(self) -> None:
        check_node(self._world.running, self._history, self._world.loop.time())


def _raise_first(tasks: Sequence[asyncio.Future[None]]) -> None:
    for task in tasks:
        if task.done() and (error := task.exception()) is not None:
            raise error


async def _all(tasks: Sequence[asyncio.Future[None]]) -> None:
    await asyncio.gather(*tasks)
