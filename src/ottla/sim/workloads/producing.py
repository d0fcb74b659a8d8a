"""An idempotent producer: whatever breaks, it sends the same batches again, in the same order."""

import asyncio
from dataclasses import dataclass
from random import Random
from typing import Any

from ottla.dial.channel import Disconnected
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch
from ottla.runtime.loop.clock import Clock
from ottla.sim.client import SimClient
from ottla.sim.history import Acknowledged, History, Violation
from ottla.wire.messages.init_producer_id_request import InitProducerIdRequest
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

_BY_NAME_VERSION = 12
_WORTH_ANOTHER_TRY = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.KAFKA_STORAGE_ERROR,
        ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    }
)
_PAST_IS_LOST = frozenset({ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.UNKNOWN_PRODUCER_ID})
Content = tuple[bytes, bytes | None]


@dataclass(slots=True)
class _Batch:
    """What goes to one partition, until it is acknowledged."""

    name: TopicPartition
    content: list[Content]
    sequence: int
    power_cuts: int
    """How many there had been when the batch before this one was acknowledged."""
    lives: int | None
    """How often the node had started, if other batches for the partition are sent along with this one."""
    data: bytes


class Producing:
    """Writes values that name their producer and number, so that each is unique."""

    def __init__(
        self, name: str, partitions: list[TopicPartition], history: History, random: Random, clock: Clock
    ) -> None:
        self._name, self._partitions, self._history = name, partitions, history
        self._random, self._clock = random, clock
        self._client = SimClient(name)
        self._producer_id = -1
        self._next: dict[TopicPartition, tuple[int, int]] = {}
        """The next sequence, and how many power cuts there had been at the last acknowledgement."""
        self._written = 0
        self.stopping = False

    async def run(self) -> None:
        await self._begin_anew()
        while not self.stopping:
            await self._write(self._requests())
            await asyncio.sleep(self._random.expovariate(20))
        self._client.close()

    def content(self) -> Content:
        """Key and value of the next record."""
        self._written += 1
        value = f"{self._name}-{self._written}-".encode() + self._random.randbytes(
            self._random.randrange(400)
        )
        return value[:8], value

    async def _begin_anew(self) -> None:
        """A fresh producer id: at the start, and when the broker no longer knows the old one."""
        while True:
            request = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=60_000)
            answer = await self._client.insist(request)
            if answer.error_code == ErrorCode.NONE:
                break
            if answer.error_code not in _WORTH_ANOTHER_TRY:
                raise Violation(f"no producer id: {ErrorCode(answer.error_code).name}")
            await asyncio.sleep(0.1)
        self._producer_id, self._next = answer.producer_id, {}

    def _requests(self) -> list[list[_Batch]]:
        """One batch; or one request for several partitions; or several requests at once."""
        dice = self._random.random()
        if dice < 0.6:
            return [[self._batch(self._random.choice(self._partitions))]]
        if dice < 0.8:
            return [[self._batch(name) for name in self._random.sample(self._partitions, 2)]]
        name = self._random.choice(self._partitions)
        lives = self._history.lives
        return [[self._batch(name, lives)] for _ in range(self._random.randint(2, 4))]

    async def _write(self, requests: list[list[_Batch]]) -> None:
        """Until every batch is acknowledged, or the node has lost this producer's past."""
        while requests:
            try:
                messages = [_request(batches) for batches in requests]
                answers = await self._client.ask_all(messages, _BY_NAME_VERSION)
            except Disconnected:
                await asyncio.sleep(0.05)
                continue
            left = [self._unanswered(*pair) for pair in zip(requests, answers, strict=True)]
            lost = next((batch for _, lost in left for batch in lost), None)
            if lost is not None and all(not waiting for waiting, _ in left):
                self._check_loss(lost)
                await self._begin_anew()
                return
            requests = [[*waiting, *lost] for waiting, lost in left if waiting or lost]
            if requests:
                await asyncio.sleep(0.05)

    def _unanswered(self, batches: list[_Batch], answer: Any) -> tuple[list[_Batch], list[_Batch]]:
        """Those that must be sent again, and those whose predecessor the node does not know."""
        results = {
            (topic.name, result.index): result
            for topic in answer.responses
            for result in topic.partition_responses
        }
        waiting, lost = [], []
        for batch in batches:
            result = results[batch.name]
            error = ErrorCode(result.error_code)
            if error is ErrorCode.NONE:
                self._acknowledged(batch, result.base_offset)
            elif error in _PAST_IS_LOST:
                lost.append(batch)
            elif error in _WORTH_ANOTHER_TRY:
                waiting.append(batch)
            else:
                raise Violation(
                    f"a good batch for {batch.name} was refused with {error.name}: {result.error_message}"
                )
        return waiting, lost

    def _check_loss(self, batch: _Batch) -> None:
        """Only a power cut takes a producer's past away; who lost it begins anew.

        Of several batches on their way a node that starts knows the last alone: Kafka's snapshot has no more.
        """
        one_of_several = batch.lives is not None and batch.lives != self._history.lives
        if batch.sequence > 0 and batch.power_cuts == self._history.power_cuts and not one_of_several:
            raise Violation(f"I13 {batch.name} does not know what came before sequence {batch.sequence}")

    def _acknowledged(self, batch: _Batch, base_offset: int) -> None:
        sequence, _ = self._next[batch.name]
        self._next[batch.name] = sequence, self._history.power_cuts
        for index, (key, value) in enumerate(batch.content):
            record = Acknowledged(key, value, self._clock.mono_ms() / 1000)
            self._history.acknowledge(batch.name, base_offset + index, record)

    def _batch(self, name: TopicPartition, lives: int | None = None) -> _Batch:
        content = [self.content() for _ in range(self._random.randint(1, 5))]
        sequence, power_cuts = self._next.get(name, (0, self._history.power_cuts))
        self._next[name] = sequence + len(content), power_cuts
        now_ms = self._clock.now().wall_ms
        data = build_batch(
            [Record(index, now_ms, key, value) for index, (key, value) in enumerate(content)],
            leader_epoch=-1,
            compression=self._random.choice([Codec.NONE, Codec.NONE, Codec.GZIP, Codec.LZ4]),
            producer_id=self._producer_id,
            producer_epoch=0,
            base_sequence=sequence,
        )
        return _Batch(name, content, sequence, power_cuts, lives, bytes(data))


def _request(batches: list[_Batch]) -> ProduceRequest:
    topics: dict[str, list[PartitionProduceData]] = {}
    for batch in batches:
        data = PartitionProduceData(index=batch.name.partition, records=batch.data)
        topics.setdefault(batch.name.topic, []).append(data)
    topic_data = [TopicProduceData(name=name, partition_data=data) for name, data in topics.items()]
    return ProduceRequest(acks=-1, timeout_ms=5_000, topic_data=topic_data)
