"""A partition of `__consumer_offsets` on a disk in memory, and a virtual-time loop to coordinate on."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.unit.log.memory_disk import CountingEntropy, MemoryDisk

from ottla.groups.commands import Command
from ottla.groups.config import GroupsConfig
from ottla.log.config import LogConfig
from ottla.log.partition_log import PartitionLog
from ottla.machine.later import Later
from ottla.model.ids import BrokerId, LeaderEpoch, Offset, Ticket, TopicPartition
from ottla.model.now import Now
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.replication.leader import LeaderReplica
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.machines.groups.group_coordinators import GroupCoordinators
from ottla.runtime.partitions.partition import Partition
from ottla.sim.loop import SimLoop

T = TypeVar("T")
START_MS = 1_700_000_000_000


def in_virtual_time(test: Callable[["Room"], Coroutine[Any, Any, T]]) -> T:
    loop = SimLoop()
    try:
        return loop.run_until_complete(test(Room(loop)))
    finally:
        loop.close()


class Room:
    """One broker's group coordinator and the partitions it may be given."""

    def __init__(self, loop: SimLoop, count: int = 4) -> None:
        self.loop = loop
        self.clock = Clock(loop.time, lambda: START_MS / 1000 + loop.time())
        self.deadlines = Deadlines(self.clock)
        self.count = count
        self.groups = self.coordinators(GroupsConfig())

    def coordinators(self, config: GroupsConfig) -> GroupCoordinators:
        self.groups = GroupCoordinators(config, self.clock, self.deadlines, lambda: self.count)
        return self.groups

    def partition(
        self,
        index: int,
        isr: frozenset[int] = frozenset({1}),
        disk: MemoryDisk | None = None,
        **config: Any,
    ) -> Partition:
        """A new, empty partition, led by broker 1."""
        name = TopicPartition(GROUP_METADATA_TOPIC, index)
        log = PartitionLog.create(
            disk or MemoryDisk(),
            f"/data/{name}",
            name,
            LogConfig(cleanup_policy=frozenset({"compact"}), **config),
            entropy=CountingEntropy(),
            now=Now(0, START_MS),
        )
        return lead(log, isr)

    def elect_all(self) -> list[Partition]:
        partitions = [self.partition(index) for index in range(self.count)]
        for partition in partitions:
            self.groups.elect(partition, LeaderEpoch(0))
        return partitions

    async def ask(self, command: Callable[[Ticket], Command], group: str = "g") -> Any:
        return await self.answer(self.groups.submit(group, command, may_wait=True))

    async def answer(self, later: Later[Any]) -> Any:
        future: asyncio.Future[Any] = self.loop.create_future()
        later.read(future.set_result)
        return await future


def lead(log: PartitionLog, isr: frozenset[int] = frozenset({1}), high_watermark: int = 0) -> Partition:
    replica = LeaderReplica(
        broker=BrokerId(1),
        epoch=LeaderEpoch(0),
        isr=isr,
        partition_epoch=0,
        high_watermark=Offset(high_watermark),
        log_end=log.log_end_offset,
    )
    return Partition(log.partition, bytes(16), log, replica, lambda partition, error: None)
