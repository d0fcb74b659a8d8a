"""A shard begins where its partition's log ends."""

from collections.abc import Callable

from ottla.groups.config import GroupsConfig
from ottla.groups.loaded import loaded
from ottla.groups.records import GroupRecord
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.machines.groups.group_log import GroupLog
from ottla.runtime.machines.groups.group_machine import GroupMachine
from ottla.runtime.machines.shard import Shard
from ottla.runtime.partitions.partition import Partition

GroupShard = Shard[GroupState, Soft, GroupRecord]


def start_shard(
    state: GroupState,
    partition: Partition,
    config: GroupsConfig,
    clock: Clock,
    deadlines: Deadlines,
    restart: Callable[[], None],
) -> GroupShard:
    """`restart` is called when the shard must begin anew from its log."""
    soft, timers = loaded(state, clock.now(), config)
    return Shard(
        GroupMachine(config, lambda: partition.log.config.max_message_bytes, restart),
        GroupLog(partition, config, clock, restart),
        state=state,
        soft=soft,
        timers=timers,
        clock=clock,
        deadlines=deadlines,
    )
