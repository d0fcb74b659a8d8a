"""Transactions as their logs see them: what a coordinator will send, handed to the partition directly.

Clients can't begin one yet; reading what is stored of them is served all the same.
"""

import asyncio
from collections.abc import Callable
from random import Random

from ottla.log.append_refused import AppendRefused
from ottla.log.origin import Origin
from ottla.log.producer_entry import NO_OFFSET
from ottla.model.ids import TopicPartition
from ottla.records.control import build_end_transaction
from ottla.records.records import Record, build_batch
from ottla.runtime.loop.clock import Clock
from ottla.runtime.partitions.partition import Partition
from ottla.sim.history import History

_FIRST_PRODUCER_ID = 1_000_000


class Transacting:
    """One producer at a time, with one transaction at a time on one partition."""

    def __init__(
        self,
        name: TopicPartition,
        find: Callable[[TopicPartition], Partition | None],
        history: History,
        random: Random,
        clock: Clock,
    ) -> None:
        self._name, self._find, self._history = name, find, history
        self._random, self._clock = random, clock
        self._producer_id = _FIRST_PRODUCER_ID + name.partition
        self._transaction = 0
        self.stopping = False

    async def run(self) -> None:
        while not self.stopping:
            partition = self._find(self._name)
            if partition is not None and not partition.is_offline:
                try:
                    await self._transact(partition)
                except (OSError, AppendRefused):
                    self._producer_id += 100  # whoever is unsure begins anew
            await asyncio.sleep(self._random.expovariate(3))
        self._end_open(self._find(self._name))

    async def _transact(self, partition: Partition) -> None:
        self._end_open(partition)
        self._transaction += 1
        self._producer_id += 100
        sequence = 0
        for _ in range(self._random.randint(1, 3)):
            if self._find(self._name) is not partition:
                return
            sequence += self._write(partition, sequence)
            await asyncio.sleep(self._random.expovariate(5))
        if self._find(self._name) is partition and self._random.random() < 0.9:
            self._end(partition, self._producer_id, committed=self._random.random() < 0.6)

    def _write(self, partition: Partition, sequence: int) -> int:
        now = self._clock.now()
        values = [f"{self._producer_id}-{sequence + n}".encode() for n in range(self._random.randint(1, 3))]
        batch = build_batch(
            [Record(n, now.wall_ms, None, value) for n, value in enumerate(values)],
            producer_id=self._producer_id,
            producer_epoch=0,
            base_sequence=sequence,
            transactional=True,
        )
        partition.append(batch, now, Origin.CLIENT)
        return len(values)

    def _end_open(self, partition: Partition | None) -> None:
        """Abort what an earlier life left open."""
        if partition is None or partition.is_offline:
            return
        for producer in partition.log.producers():
            if producer.transaction_start != NO_OFFSET:
                self._end(partition, producer.producer_id, committed=False)

    def _end(self, partition: Partition, producer_id: int, *, committed: bool) -> None:
        now = self._clock.now()
        marker = build_end_transaction(
            committed, producer_id=producer_id, producer_epoch=0, coordinator_epoch=0, timestamp=now.wall_ms
        )
        appended = partition.append(marker, now, Origin.COORDINATOR)
        self._history.decided[producer_id] = (committed, appended.first_offset)
