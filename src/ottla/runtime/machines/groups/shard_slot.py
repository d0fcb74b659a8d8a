"""One partition of `__consumer_offsets` that this broker leads: loading, then a shard, or failed."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

from ottla.groups.answers import Refused
from ottla.groups.apply import IllegalReplay
from ottla.groups.commands import Command
from ottla.groups.config import GroupsConfig
from ottla.groups.loaded import loaded
from ottla.groups.records import GroupRecord
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Ticket
from ottla.records.invalid_record import (
    CorruptBatch,
    InvalidRecord,
    UnsupportedBatchFormat,
    UnsupportedCompression,
)
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.machines.groups.group_log import GroupAppendFailed, GroupLog
from ottla.runtime.machines.groups.group_machine import GroupMachine
from ottla.runtime.machines.groups.loading import Loading
from ottla.runtime.machines.shard import Shard
from ottla.runtime.partitions.partition import Partition
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

_log = logging.getLogger("ottla.groups")
_NOT_COORDINATOR = Refused(ErrorCode.NOT_COORDINATOR)
_LOADING = Refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
_BAD_LOG = (
    IllegalReplay,
    UnsupportedVersion,
    ProtocolError,
    InvalidRecord,
    CorruptBatch,
    UnsupportedBatchFormat,
    UnsupportedCompression,
    OSError,
)
"""What the log may turn out to be: nothing that loading again would mend."""


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
        self._shard: Shard[GroupState, Soft, GroupRecord] | None = None
        self._refusal = _LOADING
        self._loading: Loading | None = None
        self._slices: Iterator[None] = iter(())
        self._closed = False

    def load(self) -> None:
        """Begin to replay the partition; commands are refused until that is done."""
        _log.info("Loading of metadata from %s with epoch %d.", self.partition.name, self._leader_epoch)
        self._refusal = _LOADING
        self._loading = Loading(self.partition, self._config.offsets_load_buffer_size)
        self._slices = self._loading.slices()
        asyncio.get_running_loop().call_soon(self._load_slice, self._loading)

    def submit(self, command: Callable[[Ticket], Command]) -> Later[Any]:
        """The command's answer, or Refused."""
        if self._shard is None:
            later: Later[Any] = Later()
            later.settle(self._refusal)
            return later
        return self._shard.submit(command).then(_unless_failed)

    def tell(self, command: Command) -> None:
        """For what nobody waits for. What has not been loaded yet hears nothing of it."""
        if self._shard is not None:
            self._shard.tell(command)

    def close(self) -> None:
        """Whoever waits hears that this broker is not the coordinator any more."""
        self._closed, self._loading, self._refusal = True, None, _NOT_COORDINATOR
        self._unload()

    def _unload(self) -> None:
        self.partition.unwatch(self)
        shard, self._shard = self._shard, None
        if shard is not None:
            shard.close(_NOT_COORDINATOR)

    def _reload(self) -> None:
        if not self._closed:
            self._unload()
            self.load()

    def _load_slice(self, loading: Loading) -> None:
        if loading is not self._loading:
            return  # it was closed or began anew
        try:
            next(self._slices)
        except StopIteration:
            self._wait_until_committed()
        except _BAD_LOG:
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
            self._begin(self._loading.state)

    def _begin(self, state: GroupState) -> None:
        self._loading = None
        soft, timers = loaded(state, self._clock.now(), self._config)
        restart = self._begin_anew
        self._shard = Shard(
            GroupMachine(self._config, lambda: self.partition.log.config.max_message_bytes, restart),
            GroupLog(self.partition, self._config, self._clock, restart),
            state=state,
            soft=soft,
            timers=timers,
            clock=self._clock,
            deadlines=self._deadlines,
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
    return Refused(answer.error) if isinstance(answer, GroupAppendFailed) else answer
