"""The producer that callers hold: it finds partitions, waits for room, and carries batches to leaders."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from ottla.dial.attempt import CallTimedOut
from ottla.dial.channel import Disconnected
from ottla.dial.cluster import Cluster
from ottla.link.call import ANYONE, Call, Node, raise_error
from ottla.link.cluster_view import NO_LEADER
from ottla.link.producer.batch import record_size
from ottla.link.producer.partitioner import Partitioner
from ottla.link.producer.producer import Delivered, Failed, Outcome, Producer, Send
from ottla.link.producer.settings import ProducerSettings
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.model.ports import Entropy
from ottla.records.batch import HEADER_SIZE
from ottla.records.records import Header, Record
from ottla.wire.messages.init_producer_id_request import InitProducerIdRequest
from ottla.wire.messages.init_producer_id_response import InitProducerIdResponse

_TRANSACTION_TIMEOUT_NONE = 2_147_483_647
_NO_SUCH_TOPIC = {
    ErrorCode.INVALID_TOPIC_EXCEPTION: "Invalid topics",
    ErrorCode.TOPIC_AUTHORIZATION_FAILED: "Not authorized to access topics",
}


class ProducerClient:
    """One producer. `wall_ms` stamps records that bring no time."""

    def __init__(
        self,
        cluster: Cluster,
        settings: ProducerSettings,
        entropy: Entropy,
        wall_ms: Callable[[], int],
    ) -> None:
        self._cluster, self._settings, self._wall_ms = cluster, settings, wall_ms
        self._core = Producer(settings, cluster.view)
        self._partitioner = Partitioner(settings.batch_size, entropy)
        self._tickets = itertools.count()
        self._waiting: dict[int, asyncio.Future[Delivered]] = {}
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._flushing = False
        self._sends: set[asyncio.Task[None]] = set()
        self._runner = asyncio.create_task(self._run())
        self._runner.add_done_callback(lambda _: self._settled.set())

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header] = (),
        partition: int | None = None,
    ) -> "asyncio.Future[Delivered]":
        """Take one record; the future tells where it was written, or raises ApiError.

        Raises ApiError itself when the record can't be taken: no such topic, too large, no room.
        """
        record = Record(0, self._wall_ms(), key, value, tuple(headers))
        self._check_size(record)
        await self._know(topic)
        size = record_size(record)
        await self._room(size)
        if partition is None:
            partition = self._partition(topic, key, size)
        ticket = next(self._tickets)
        future = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        self._core.append(TopicPartition(topic, partition), record, size, ticket, self._now_ms())
        self._changed.set()
        return future

    async def flush(self) -> None:
        """Wait until everything taken so far is written or given up. Raises what broke the producer."""
        self._flushing = True
        self._changed.set()
        while not self._core.is_idle and not self._runner.done():
            self._settled.clear()
            await self._settled.wait()
        self._flushing = False
        if self._runner.done():
            self._runner.result()

    async def close(self) -> None:
        """Flush, and stop."""
        try:
            await self.flush()
        finally:
            self._runner.cancel()
            await asyncio.gather(self._runner, *self._sends, return_exceptions=True)

    # --- taking a record -------------------------------------------------------------------------

    def _check_size(self, record: Record) -> None:
        size = HEADER_SIZE + record_size(record)
        most, memory = self._settings.request_size_max, self._settings.buffer_memory
        if size > most:
            larger_than = f"{most}, which is the value of the max.request.size configuration."
        elif size > memory:
            larger_than = "the total memory buffer you have configured with the buffer.memory configuration."
        else:
            return
        text = f"The message is {size} bytes when serialized which is larger than {larger_than}"
        raise ApiError(ErrorCode.MESSAGE_TOO_LARGE, text)

    async def _know(self, topic: str) -> None:
        """Wait for the topic's metadata; asking for it creates it where the cluster does so."""
        if self._cluster.view.partitions_of(topic):
            return
        within_ms = self._settings.block_ms_max
        try:
            async with asyncio.timeout(within_ms / 1000):
                await self._learn(topic)
        except (TimeoutError, CallTimedOut):
            raise ApiError(
                ErrorCode.REQUEST_TIMED_OUT, f"Topic {topic} not present in metadata after {within_ms} ms."
            ) from None

    async def _learn(self, topic: str) -> None:
        while True:
            view = await self._cluster.refresh([topic], create=True)
            if view.partitions_of(topic):
                return
            known = view.topics.get(topic)
            if known is not None and known.error in _NO_SUCH_TOPIC:
                code = ErrorCode(known.error)
                raise ApiError(code, f"{_NO_SUCH_TOPIC[code]}: [{topic}]")
            await asyncio.sleep(self._settings.retry_backoff_ms / 1000)

    async def _room(self, size: int) -> None:
        if self._core.buffered_bytes + size <= self._settings.buffer_memory:
            return
        within_ms = self._settings.block_ms_max
        try:
            async with asyncio.timeout(within_ms / 1000):
                while self._core.buffered_bytes + size > self._settings.buffer_memory:
                    self._settled.clear()
                    await self._settled.wait()
        except TimeoutError:
            free = self._settings.buffer_memory - self._core.buffered_bytes
            raise ApiError(
                ErrorCode.REQUEST_TIMED_OUT,
                f"Failed to allocate {size} bytes within the configured max blocking time {within_ms} ms. "
                f"Total memory: {self._settings.buffer_memory} bytes. Available memory: {free} bytes. "
                f"Poolable size: {self._settings.batch_size} bytes",
            ) from None

    def _partition(self, topic: str, key: bytes | None, size: int) -> int:
        view = self._cluster.view
        partitions = view.partitions_of(topic)
        led = [each for each in partitions if view.leader(TopicPartition(topic, each)) != NO_LEADER]
        return self._partitioner.partition(topic, key, size, len(partitions), led)

    # --- sending ---------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            if self._core.needs_identity:
                await self._identify()
            if self._core.stale:
                await self._refresh()
            now_ms = self._now_ms()
            self._settle(self._core.expired(now_ms))
            for send in self._core.ready(now_ms, flush=self._flushing):
                task = asyncio.create_task(self._carry(send))
                self._sends.add(task)
                task.add_done_callback(self._sends.discard)
            await self._until_due(now_ms)

    async def _until_due(self, now_ms: int) -> None:
        deadline = self._core.next_deadline(now_ms)
        try:
            wait_s = None if deadline is None else max(deadline - now_ms, 1) / 1000
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _carry(self, send: Send) -> None:
        core = self._core
        try:
            channel = await self._cluster.channel(Node(send.node))
            if self._settings.acks == 0:
                channel.tell(send.request)
                outcomes = core.answered(send, None, self._now_ms())
            else:
                timeout_s = self._settings.request_timeout_ms / 1000
                response = await channel.request(send.request, timeout_s=timeout_s)
                outcomes = core.answered(send, response, self._now_ms())
        except Disconnected:
            outcomes = core.broken(send, self._now_ms())
        self._settle(outcomes)
        self._changed.set()

    def _settle(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            future = self._waiting.pop(outcome.ticket)
            if future.done():
                continue
            if isinstance(outcome, Failed):
                future.set_exception(ApiError(outcome.code, outcome.message))
            else:
                future.set_result(outcome)
        self._settled.set()

    async def _identify(self) -> None:
        request = InitProducerIdRequest(
            transactional_id=None, transaction_timeout_ms=_TRANSACTION_TIMEOUT_NONE
        )
        call = Call("initProducerId", ANYONE, request, _identity)
        try:
            self._core.identify(*await self._cluster.call(call))
        except CallTimedOut:
            self._settle(self._core.expired(self._now_ms()))

    async def _refresh(self) -> None:
        topics, self._core.stale = self._core.stale, set()
        try:
            await self._cluster.refresh(topics)
        except CallTimedOut:
            self._core.stale |= topics

    def _now_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)


def _identity(response: InitProducerIdResponse) -> tuple[int, int]:
    passing = (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE)
    raise_error(response.error_code, passing=passing)
    return response.producer_id, response.producer_epoch
