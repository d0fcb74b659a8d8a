"""Producer ids, handed out from blocks that the controller gives (KIP-730, `RPCProducerIdManager`)."""

from collections import deque
from collections.abc import Callable

from ottla.machine.later import Later
from ottla.runtime.loop.tasks import Tasks
from ottla.runtime.peers.controller_channel import ControllerChannel, ControllerUnreachable
from ottla.wire.messages.allocate_producer_ids_request import AllocateProducerIdsRequest

_TIMEOUT_S = 30.0


class ProducerIds:
    """Never gives an id twice: a block that is not used up is lost with the process."""

    def __init__(
        self, broker_id: int, broker_epoch: Callable[[], int], channel: ControllerChannel, tasks: Tasks
    ) -> None:
        self._broker_id, self._broker_epoch = broker_id, broker_epoch
        self._channel, self._tasks = channel, tasks
        self._next, self._end = 0, 0
        self._waiting: deque[Later[int | None]] = deque()
        self._asking = False

    def take(self) -> int | Later[int | None]:
        """A fresh id; None when the controller gives none in time."""
        if self._next < self._end:
            self._next += 1
            return self._next - 1
        later: Later[int | None] = Later()
        self._waiting.append(later)
        if not self._asking:
            self._asking = True
            self._tasks.start(self._ask())
        return later

    async def _ask(self) -> None:
        request = AllocateProducerIdsRequest(broker_id=self._broker_id, broker_epoch=self._broker_epoch())
        try:
            answer = await self._channel.request(request, _TIMEOUT_S)
        except ControllerUnreachable:
            answer = None
        self._asking = False
        if answer is not None and not answer.error_code:
            self._next = answer.producer_id_start
            self._end = answer.producer_id_start + answer.producer_id_len
        waiting, self._waiting = self._waiting, deque()
        for later in waiting:
            self._give(later)

    def _give(self, later: Later[int | None]) -> None:
        if self._next < self._end:
            self._next += 1
            later.settle(self._next - 1)
        else:
            later.settle(None)
