"""What seeds have found, each as the shortest history that shows it."""

import asyncio
import errno
from collections.abc import Coroutine
from typing import Any

import pytest

from ottla.log.origin import Origin
from ottla.records.records import Record, build_batch
from ottla.runtime.partitions.partition import Partition
from ottla.sim.checkers.acknowledged import records_of
from ottla.sim.checkers.whole_node import partitions_of
from ottla.sim.history import History
from ottla.sim.mount import Vanished
from ottla.sim.workloads.administering import create_topic
from ottla.sim.world import SimWorld

_COMPACTED = {
    "cleanup.policy": "compact",
    "segment.bytes": "1048576",
    "internal.segment.bytes": "1000",
    "min.cleanable.dirty.ratio": "0.01",
}


def run(world: SimWorld, work: Coroutine[Any, Any, None]) -> None:
    world.run(work)
    assert not world.faults


async def a_partition(world: SimWorld, configs: dict[str, str]) -> Partition:
    await world.start_node()
    (name,) = await create_topic("t", 1, configs, History())
    partition = partitions_of(world.running).find(name.topic, name.partition)
    assert partition is not None
    return partition


def test_a_checkpoint_that_cannot_be_written_takes_its_directory_offline() -> None:
    world = SimWorld(1)

    async def live() -> None:
        await a_partition(world, {})
        services = world.running.services
        assert services is not None
        assert services.broker is not None
        world.disk.failing["write"] = errno.ENOSPC
        with pytest.raises(Vanished):  # the last directory takes the node along, at this very place
            services.broker.directories.checkpoint_logs()
        assert world.halted

    run(world, live())


@pytest.mark.parametrize(("mean_sync_s", "left"), [(1e6, 20), (0.001, 1)])
def test_records_that_are_not_synced_supersede_nothing(mean_sync_s: float, left: int) -> None:
    world = SimWorld(1, {"log.cleaner.backoff.ms": "100"})

    async def live() -> None:
        partition = await a_partition(world, _COMPACTED)
        world.disk.mean_sync_s = mean_sync_s
        for number in range(20):
            batch = build_batch([Record(0, 1_700_000_000_000, b"key", b"%d" % number * 100)])
            partition.append(batch, world.clock.now(), Origin.CLIENT)
        partition.log.roll(world.clock.now())
        await asyncio.sleep(3)
        assert len(records_of(partition.log)) == left
        world.kill_node()

    run(world, live())
