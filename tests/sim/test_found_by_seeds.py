"""What seeds have found, each as the shortest history that shows it."""

import asyncio
import errno
from collections.abc import Coroutine
from typing import Any

import pytest

from ottla.log.origin import Origin
from ottla.records.records import Record, build_batch
from ottla.runtime.partitions.cleaning import Cleaner
from ottla.runtime.partitions.partition import Partition
from ottla.sim.checkers.whole_node import partitions_of
from ottla.sim.history import History
from ottla.sim.mount import Mount, Vanished
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


@pytest.mark.parametrize(("mean_sync_s", "is_due"), [(1e6, False), (0.001, True)])
def test_records_that_are_not_synced_supersede_nothing(mean_sync_s: float, is_due: bool) -> None:
    world = SimWorld(1)

    async def live() -> None:
        partition = await a_partition(world, _COMPACTED)
        world.disk.mean_sync_s = mean_sync_s
        for number in range(20):
            batch = build_batch([Record(0, 1_700_000_000_000, b"key", b"%d" % number * 100)])
            partition.append(batch, world.clock.now(), Origin.CLIENT)
        await asyncio.sleep(3)
        services = world.running.services
        assert services is not None
        assert services.broker is not None
        cleaner = Cleaner(
            services.broker.partitions,
            services.broker.directories,
            Mount(world.disk),
            world.clock,
            backoff_ms=1_000,
            buffer_bytes=1 << 20,
        )
        assert any(found.log is partition.log and found.is_due for found in cleaner._candidates()) == is_due
        world.kill_node()

    run(world, live())
