"""The producer itself, sans-IO: records go in with a ticket, requests come out, answers settle the tickets.

One request at a time is under way for each partition, so that retries never change the order. An
idempotent producer numbers its batches (KIP-98); a batch keeps its number over all attempts.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ottla.link.call import error_code
from ottla.link.cluster_view import NO_LEADER, ClusterView
from ottla.link.producer.batch import Batch, ProducerIdentity
from ottla.link.producer.settings import ProducerSettings
from ottla.link.settings import backoff_ms
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import add_to_sequence
from ottla.records.records import Record
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from ottla.wire.messages.produce_response import PartitionProduceResponse, ProduceResponse

_STALE_METADATA = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.LEADER_NOT_AVAILABLE,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.KAFKA_STORAGE_ERROR,
    }
)
_IDENTITY_LOST = frozenset(
    {
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        ErrorCode.UNKNOWN_PRODUCER_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH,
    }
)


class Delivered(NamedTuple):
    """A record is written. `offset` is -1 when the broker doesn't say (acks=0, a duplicate)."""

    ticket: int
    partition: TopicPartition
    offset: int


class Failed(NamedTuple):
    """A record was given up."""

    ticket: int
    partition: TopicPartition
    code: ErrorCode
    message: str


Outcome = Delivered | Failed


@dataclass(frozen=True, slots=True)
class Send:
    """One request for one node, and the batches in it."""

    node: int
    request: ProduceRequest
    batches: tuple[Batch, ...]


class Producer:
    """`now_ms` is monotonic everywhere; records bring their own timestamps."""

    def __init__(self, settings: ProducerSettings, view: ClusterView) -> None:
        self._settings, self._view = settings, view
        self._queues: dict[TopicPartition, deque[Batch]] = {}
        self._under_way: set[TopicPartition] = set()
        self._identity: ProducerIdentity | None = None
        self.buffered_bytes = 0
        self.stale: set[str] = set()
        """Topics whose metadata is to be asked for again; the driver clears it."""

    @property
    def is_idle(self) -> bool:
        return not self._queues and not self._under_way

    @property
    def needs_identity(self) -> bool:
        """Whether an InitProducerId is due before anything can be sent."""
        return self._settings.idempotent and self._identity is None and bool(self._queues)

    def identify(self, producer_id: int, epoch: int) -> None:
        """The answer to that InitProducerId."""
        self._identity = ProducerIdentity(producer_id, epoch)

    def append(self, partition: TopicPartition, record: Record, size: int, ticket: int, now_ms: int) -> None:
        """Take a record of `size` bytes, which the caller has found room for."""
        queue = self._queues.setdefault(partition, deque())
        if not queue or not self._has_room(queue[-1], size):
            queue.append(Batch(partition, now_ms))
        queue[-1].add(record, ticket)
        self.buffered_bytes += size

    def ready(self, now_ms: int, *, flush: bool = False) -> list[Send]:
        """What goes out now: full batches, those that lingered long enough, with `flush` all of them."""
        if self.needs_identity:
            return []
        by_node: dict[int, list[Batch]] = {}
        for partition, queue in self._queues.items():
            if partition in self._under_way or not self._is_due(queue, now_ms, flush=flush):
                continue
            leader = self._view.leader(partition)
            if leader == NO_LEADER:
                self.stale.add(partition.topic)
                queue[0].not_before_ms = now_ms + self._settings.retry_backoff_ms
                continue
            by_node.setdefault(leader, []).append(queue[0])
        return [self._send(node, batches) for node, batches in by_node.items()]

    def next_deadline(self, now_ms: int) -> int | None:
        """When `ready` or `expired` have something to do, if nothing happens before."""
        times = [
            min(self._due_at(queue, now_ms), queue[0].created_ms + self._settings.delivery_timeout_ms)
            for partition, queue in self._queues.items()
            if partition not in self._under_way
        ]
        return min(times, default=None)

    def answered(self, send: Send, response: ProduceResponse | None, now_ms: int) -> list[Outcome]:
        """What the answer to `send` settles; None stands for no answer wanted (acks=0)."""
        if response is None:
            return [outcome for batch in send.batches for outcome in self._delivered(batch, -1)]
        results = {
            TopicPartition(topic.name or self._view.name_of(topic.topic_id) or "", each.index): each
            for topic in response.responses
            for each in topic.partition_responses
        }
        outcomes: list[Outcome] = []
        for batch in send.batches:
            result = results.get(batch.partition)
            if result is None:
                outcomes += self._failed_attempt(batch, ErrorCode.UNKNOWN_SERVER_ERROR, None, now_ms)
            else:
                outcomes += self._settled(batch, result, now_ms)
        return outcomes

    def broken(self, send: Send, now_ms: int) -> list[Outcome]:
        """The connection broke before the answer came: what was sent may have been written."""
        self.stale.update(batch.partition.topic for batch in send.batches)
        return [
            outcome
            for batch in send.batches
            for outcome in self._failed_attempt(batch, ErrorCode.NETWORK_EXCEPTION, None, now_ms)
        ]

    def expired(self, now_ms: int) -> list[Outcome]:
        """Records that waited longer than `delivery.timeout.ms`."""
        outcomes: list[Outcome] = []
        timeout = self._settings.delivery_timeout_ms
        for partition, queue in list(self._queues.items()):
            while queue and partition not in self._under_way and queue[0].created_ms + timeout <= now_ms:
                batch = queue[0]
                message = (
                    f"Expiring {len(batch.records)} record(s) for {partition}:"
                    f"{now_ms - batch.created_ms} ms has passed since batch creation"
                )
                outcomes += self._given_up(batch, ErrorCode.REQUEST_TIMED_OUT, message)
        return outcomes

    # --- a batch on its way ----------------------------------------------------------------------

    def _has_room(self, batch: Batch, size: int) -> bool:
        return not batch.attempts and batch.size + size <= self._settings.batch_size

    def _is_due(self, queue: deque[Batch], now_ms: int, *, flush: bool) -> bool:
        batch = queue[0]
        if batch.not_before_ms > now_ms:
            return False
        return flush or self._due_at(queue, now_ms) <= now_ms

    def _due_at(self, queue: deque[Batch], now_ms: int) -> int:
        batch = queue[0]
        if batch.attempts or len(queue) > 1 or batch.size >= self._settings.batch_size:
            return max(now_ms, batch.not_before_ms)
        return max(batch.created_ms + self._settings.linger_ms, batch.not_before_ms)

    def _send(self, node: int, batches: list[Batch]) -> Send:
        topics: dict[str, list[PartitionProduceData]] = {}
        for batch in batches:
            self._number(batch)
            batch.attempts += 1
            self._under_way.add(batch.partition)
            data = batch.encode(self._settings.compression, self._settings.compression_level)
            topics.setdefault(batch.partition.topic, []).append(
                PartitionProduceData(index=batch.partition.partition, records=data)
            )
        request = ProduceRequest(
            acks=self._settings.acks,
            timeout_ms=self._settings.request_timeout_ms,
            topic_data=[
                TopicProduceData(name=name, topic_id=self._view.topic_id(name), partition_data=partitions)
                for name, partitions in topics.items()
            ],
        )
        return Send(node, request, tuple(batches))

    def _number(self, batch: Batch) -> None:
        if self._identity is None or batch.identity is self._identity:
            return
        batch.identity = self._identity
        batch.sequence = self._identity.sequences.get(batch.partition, 0)

    def _settled(self, batch: Batch, result: PartitionProduceResponse, now_ms: int) -> Iterator[Outcome]:
        code = error_code(result.error_code)
        if code is ErrorCode.NONE:
            yield from self._delivered(batch, result.base_offset)
        elif code is ErrorCode.DUPLICATE_SEQUENCE_NUMBER:
            yield from self._delivered(batch, -1)
        elif code is ErrorCode.MESSAGE_TOO_LARGE and len(batch.records) > 1:
            self._split(batch)
        else:
            yield from self._failed_attempt(batch, code, result.error_message, now_ms)

    def _delivered(self, batch: Batch, base_offset: int) -> Iterator[Outcome]:
        if batch.identity is not None:
            following = add_to_sequence(batch.sequence, len(batch.records))
            batch.identity.sequences[batch.partition] = following
        self._drop(batch)
        for index, ticket in enumerate(batch.tickets):
            yield Delivered(ticket, batch.partition, base_offset + index if base_offset >= 0 else -1)

    def _failed_attempt(
        self, batch: Batch, code: ErrorCode, message: str | None, now_ms: int
    ) -> Iterator[Outcome]:
        if code in _STALE_METADATA:
            self.stale.add(batch.partition.topic)
        lost = self._settings.idempotent and code in _IDENTITY_LOST
        in_time = batch.created_ms + self._settings.delivery_timeout_ms > now_ms
        if (code.retriable or lost) and batch.attempts <= self._settings.retries and in_time:
            if lost:
                self._identity = None
            settings = self._settings
            pause = backoff_ms(settings.retry_backoff_ms, settings.retry_backoff_max_ms, batch.attempts)
            batch.not_before_ms = now_ms + pause
            self._under_way.discard(batch.partition)
            return
        yield from self._given_up(batch, code, code.text if message is None else message)

    def _given_up(self, batch: Batch, code: ErrorCode, message: str) -> Iterator[Outcome]:
        if batch.attempts and batch.identity is self._identity:
            # Whether the broker counted this batch is not known: only a new identity starts clean.
            self._identity = None
        self._drop(batch)
        for ticket in batch.tickets:
            yield Failed(ticket, batch.partition, code, message)

    def _split(self, batch: Batch) -> None:
        queue = self._queues[batch.partition]
        assert queue[0] is batch, "only the first batch of a queue is under way"
        queue.popleft()
        queue.extendleft(reversed(batch.halves()))
        self._under_way.discard(batch.partition)

    def _drop(self, batch: Batch) -> None:
        queue = self._queues[batch.partition]
        assert queue[0] is batch, "batches leave in their order"
        queue.popleft()
        self.buffered_bytes -= batch.content_bytes
        self._under_way.discard(batch.partition)
        if not queue:
            del self._queues[batch.partition]
