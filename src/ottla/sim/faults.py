"""What happens to the node, drawn from the seed; each fault ends with a running node.

Kill -9, power cuts, failing disks, broken connections, clean restarts (reliability F1, F2, F4, F5, F8).
"""

import asyncio
import errno
import sys
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from random import Random

from ottla.log.partition_log import PartitionLog
from ottla.model.ids import TopicPartition
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat
from ottla.sim.checkers.recovery import check_recovery
from ottla.sim.checkers.whole_node import check_node, partitions_of
from ottla.sim.history import History, Violation
from ottla.sim.topics import TRANSACTED
from ottla.sim.world import PORT, SimWorld

START_WITHIN_S = 60.0


class Faults:
    """Suffered by one world."""

    def __init__(self, world: SimWorld, history: History) -> None:
        self._world, self._history = world, history
        self._random: Random = world.random
        self.suffered = 0
        self._kinds: list[Callable[[], Awaitable[None]]] = [
            self._kill,
            self._cut_power,
            self._break_connections,
            self._restart,
            self._fail_disk,
        ]

    async def suffer_one(self) -> None:
        """One fault, and what the node is worth after it. Raises Violation."""
        self.suffered += 1
        await self._random.choice(self._kinds)()

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
        self._history.lives += 1
        check_recovery(self._world)
        self._world.network.refused.add(PORT)
        await asyncio.sleep(self._random.expovariate(1))
        await within(START_WITHIN_S, self._world.start_node(), "I21 the node did not start")
        reckon()
        check_node(self._world.running, self._history, self._world.loop.time())
        self._world.network.refused.clear()

    def _synced_ends(self) -> dict[TopicPartition, int]:
        """Up to where each log is on the medium: a power cut must not take more."""
        return {
            partition.name: int(partition.log.recovery_point)
            for partition in partitions_of(self._world.running)
        }

    def _forget_lost(self, promised: dict[TopicPartition, int]) -> None:
        """A power cut may take what was not synced, from the end of the log; never what was."""
        history = self._history
        history.lose_power()
        for partition in partitions_of(self._world.running):
            end, synced = int(partition.log.log_end_offset), promised.get(partition.name, 0)
            if end < synced:
                raise Violation(f"F2 {partition.name} ends at {end}, {synced} was synced")
            if partition.name in history.partitions:
                for lost in _lost(partition.log, synced):
                    history.of(partition.name).forget(lost)
            if partition.name.topic == TRANSACTED:
                history.forget_decisions(end)


def _lost(log: PartitionLog, synced: int) -> Iterator[range]:
    """What is missing of the offsets from `synced` on.

    A compacted log may also have lost the end of a segment before the last one: its recovery, as Kafka's,
    can't tell that from what compaction has taken.
    """
    if log.config.compacts:
        for before, segment in pairwise(log.segments):
            yield range(max(synced, before.next_offset()), segment.base_offset)
    yield range(log.log_end_offset, sys.maxsize)


async def within(seconds: float, work: Awaitable[object], failure: str) -> None:
    """Await `work`; `failure` says what it means if that fails or takes longer. Raises Violation."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except Violation:
        raise
    except (CorruptBatch, UnsupportedBatchFormat) as error:
        raise Violation(f"I18 {failure}: {error}") from error
    except Exception as error:
        raise Violation(f"{failure}: {error!r}") from error
