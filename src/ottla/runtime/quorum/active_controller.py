"""The active controller: the controller's machine on the metadata log, for as long as this node leads it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ottla.controller.activation import Activate
from ottla.controller.decide import ControllerMachine
from ottla.controller.sessions import Soft
from ottla.controller.settings import ControllerConfig
from ottla.controller.state import ControllerState, apply
from ottla.controller.turn import Request
from ottla.machine.later import Later
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.ports import Entropy
from ottla.raft.batches import data_batch
from ottla.raft.effects import Refused
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.machines.shard import AppendFailed, Shard
from ottla.runtime.quorum.driver import QuorumDriver
from ottla.wire.message import Message
from ottla.wire.metadata_records import encode_metadata_record

_log = logging.getLogger("kafka.controller.QuorumController")


class _EpochLog:
    """The metadata log as the leader of one epoch writes it."""

    def __init__(self, driver: QuorumDriver, epoch: int, clock: Clock) -> None:
        self._driver, self._epoch, self._clock = driver, epoch, clock

    @property
    def committed_end(self) -> int:
        return self._driver.core.high_watermark or 0

    def append(self, records: Sequence[MetadataRecord]) -> int:
        values = [encode_metadata_record(record.message, record.version) for record in records]
        placed = self._driver.propose(self._epoch, (data_batch(values, self._clock.now().wall_ms),))
        if isinstance(placed, Refused):
            raise AppendFailed
        return placed.end_offset


class ActiveController:
    """Takes commands while this node leads; refuses them otherwise."""

    def __init__(
        self,
        config: ControllerConfig,
        entropy: Entropy,
        clock: Clock,
        deadlines: Deadlines,
        bootstrap: Callable[[], Sequence[MetadataRecord]],
    ) -> None:
        self.config, self._entropy, self._clock, self._deadlines = config, entropy, clock, deadlines
        self._bootstrap = bootstrap
        self._shard: Shard[ControllerState, Soft, MetadataRecord] | None = None
        self._replayed = ControllerState()
        """What is committed; the state that a new leader begins with."""

    @property
    def is_active(self) -> bool:
        return self._shard is not None

    def submit(self, command: Callable[[Ticket], Request]) -> Later[Any]:
        """The command's answer once it is committed; NOT_CONTROLLER when this node does not lead."""
        if self._shard is None:
            later: Later[Any] = Later()
            later.settle(_not_controller(command))
            return later
        return self._shard.submit(command).then(
            lambda answer: (
                _not_controller(command) if answer is _DEPOSED or isinstance(answer, AppendFailed) else answer
            )
        )

    def activate(self, driver: QuorumDriver, epoch: int) -> None:
        """Lead from the end of the log on: everything before it is replayed."""
        end = driver.core.log_end_offset
        _log.info(
            "[QuorumController id=%d] Becoming the active controller at epoch %d, next write offset %d.",
            self.config.node_id,
            epoch,
            end,
        )
        self._shard = Shard(
            ControllerMachine(self._entropy, self.config),
            _EpochLog(driver, epoch, self._clock),
            state=self._replayed.at(end),
            soft=Soft(),
            timers={},
            clock=self._clock,
            deadlines=self._deadlines,
        )
        self._shard.tell(Activate(self._bootstrap()))

    def replay(self, records: Iterable[MetadataRecord], base_offset: int) -> None:
        """Committed records, whoever wrote them."""
        state = self._replayed.at(base_offset)
        for record in records:
            state = apply(state, record)
        self._replayed = state

    def replay_snapshot(self, messages: Iterable[Message], end_offset: int) -> None:
        """Begin anew from a snapshot that ends before `end_offset`."""
        state = ControllerState()
        for message in messages:
            # All stand, as it were, where the snapshot ends: a broker must have read up to there.
            state = apply(state._replace(next_offset=end_offset - 1), MetadataRecord(message, 0))
        self._replayed = state._replace(next_offset=end_offset)

    def committed(self, end: int) -> None:
        if self._shard is not None:
            self._shard.committed(end)

    def deactivate(self) -> None:
        shard, self._shard = self._shard, None
        if shard is not None:
            shard.close(_DEPOSED)


_DEPOSED = object()


def _not_controller(command: Callable[[Ticket], Request]) -> Any:
    return command(Ticket(0)).refused(ApiError(ErrorCode.NOT_CONTROLLER))
