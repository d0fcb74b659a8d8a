"""One partition of `__consumer_offsets` that this broker leads: loading, then a shard, or failed.

What drives the core is imported when there is something to coordinate: a broker starts sooner without it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ottla.groups.answers import Refused
from ottla.groups.config import GroupsConfig
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Ticket
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.partitions.partition import Partition

if TYPE_CHECKING:
    from ottla.groups.commands import Command
    from ottla.groups.state import GroupState
    from ottla.runtime.machines.groups.loading import Loading
    from ottla.runtime.machines.groups.starting import GroupShard

_log = logging.getLogger("ottla.groups")
_NOT_COORDINATOR = Refused(ErrorCode.NOT_COORDINATOR)
_LOADING = Refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)


class ShardSlot:
    """Lives from election to resignation."""

    def __init__(
        self,
        partition: Partition,
        leader_epoch: LeaderEpoch,
        config: GroupsConfig,
        clock: Clock,
        deadlines: Deadlines,
    ) -> None:
        self.partition, self._leader_epoch = partition, leader_epoch
        self._config, self._clock, self._deadlines = config, clock, deadlines
        self._shard: GroupShard | None = None
        self._refusal = _LOADING
        self._loading: Loading | None = None
        self._slices: Iterator[None] = iter(())
        self._closed = False

    def load(self) -> None:
        """Begin to replay the partition, soon; commands are refused until that is done."""
        _log.info("Loading of metadata from %s with epoch %d.", self.partition.name, self._leader_epoch)
        self._refusal = _LOADING
        asyncio.get_running_loop().call_soon(self._begin_to_load)

    def submit(self, command: "Callable[[Ticket], Command]") -> Later[Any]:
        """The command's answer, or Refused."""
        if self._shard is None:
            later: Later[Any] = Later()
            later.settle(self._refusal)
            return later
        return self._shard.submit(command).then(_unless_failed)

    def tell(self, command: "Command") -> None:
        """For what nobody waits for. What has not been loaded yet hears nothing of it."""
        if self._shard is not None:
            self._shard.tell(command)

    def close(self) -> None:
        """Whoever waits hears that this broker is not the coordinator any more."""
        self._closed, self._refusal = True, _NOT_COORDINATOR
        self._unload()

    def _unload(self) -> None:
        self._loading = None
        self.partition.unwatch(self)
        shard, self._shard = self._shard, None
        if shard is not None:
            shard.close(_NOT_COORDINATOR)

    def _reload(self) -> None:
        if not self._closed:
            self._unload()
            self.load()

    def _begin_to_load(self) -> None:
        from ottla.runtime.machines.groups.loading import Loading

        if not self._closed:
            self._loading = Loading(self.partition, self._config.offsets_load_buffer_size)
            self._slices = self._loading.slices()
            self._load_slice(self._loading)

    def _load_slice(self, loading: "Loading") -> None:
        from ottla.runtime.machines.groups.loading import BAD_LOG

        if loading is not self._loading:
            return  # it was closed or began anew
        try:
            next(self._slices)
        except StopIteration:
            self._wait_until_committed()
        except BAD_LOG:
            self._loading, self._refusal = None, _NOT_COORDINATOR
            _log.exception("Failed to load metadata from %s", self.partition.name)
        else:
            asyncio.get_running_loop().call_soon(self._load_slice, loading)

    def _wait_until_committed(self) -> None:
        """A new leader may hold records that are not committed yet: nobody may be told of them."""
        self.partition.watch(self, self._on_commit)
        self._on_commit()

    def _on_commit(self) -> None:
        if self._shard is not None:
            self._shard.committed(self.partition.high_watermark)
        elif self._loading is not None and self.partition.high_watermark >= self._loading.state.next_offset:
            self._start(self._loading.state)

    def _start(self, state: "GroupState") -> None:
        from ottla.runtime.machines.groups.starting import start_shard

        self._loading = None
        self._shard = start_shard(
            state, self.partition, self._config, self._clock, self._deadlines, self._begin_anew
        )
        _log.info(
            "Finished loading of metadata from %s with epoch %d: %d groups.",
            self.partition.name,
            self._leader_epoch,
            len(state.groups),
        )

    def _begin_anew(self) -> None:
        """Once the turn that asks for it has been appended and answered."""
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._reload)


def _unless_failed(answer: Any) -> Any:
    from ottla.runtime.machines.groups.group_log import GroupAppendFailed

    return Refused(answer.error) if isinstance(answer, GroupAppendFailed) else answer
