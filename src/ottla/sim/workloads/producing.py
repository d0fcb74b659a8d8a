"""An idempotent producer with one request in flight: whatever breaks, it sends the same batch again."""

import asyncio
from random import Random

from ottla.dial.channel import Disconnected
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.records import Record, build_batch
from ottla.runtime.loop.clock import Clock
from ottla.sim.client import SimClient
from ottla.sim.history import History, Violation
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


class Producing:
    """Writes values that name their producer and number, so that each is unique."""

    def __init__(
        self, name: str, partitions: list[TopicPartition], history: History, random: Random, clock: Clock
    ) -> None:
        self._name, self._partitions, self._history = name, partitions, history
        self._random, self._clock = random, clock
        self._client = SimClient(name)
        self._producer_id = -1
        self._sequences: dict[TopicPartition, int] = {}
        self._written = 0
        self.stopping = False

    async def run(self) -> None:
        await self._begin_anew()
        while not self.stopping:
            await self._write(self._random.choice(self._partitions))
            await asyncio.sleep(self._random.expovariate(20))
        self._client.close()

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
        self._producer_id, self._sequences = answer.producer_id, {}

    async def _write(self, name: TopicPartition) -> None:
        values = [self._value() for _ in range(self._random.randint(1, 5))]
        sequence = self._sequences.get(name, 0)
        while True:
            batch = self._batch(values, sequence)
            try:
                answer = await self._client.ask(_request(name, batch), _BY_NAME_VERSION)
            except Disconnected:
                await asyncio.sleep(0.05)
                continue
            result = answer.responses[0].partition_responses[0]
            error = ErrorCode(result.error_code)
            if error is ErrorCode.NONE:
                self._sequences[name] = sequence + len(values)
                for index, value in enumerate(values):
                    self._history.acknowledge(name, result.base_offset + index, value)
                return
            if error in (ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.UNKNOWN_PRODUCER_ID):
                # Only a power cut takes a producer's past away; who lost it begins anew.
                await self._begin_anew()
                return
            if error not in _WORTH_ANOTHER_TRY:
                raise Violation(f"a good batch for {name} was refused with {error.name}")
            await asyncio.sleep(0.05)

    def _value(self) -> bytes:
        self._written += 1
        return f"{self._name}-{self._written}-".encode() + bytes(self._random.randrange(0, 400))

    def _batch(self, values: list[bytes], sequence: int) -> bytearray:
        now_ms = self._clock.now().wall_ms
        records = [Record(index, now_ms, value[:8], value) for index, value in enumerate(values)]
        return build_batch(
            records, leader_epoch=-1, producer_id=self._producer_id, producer_epoch=0, base_sequence=sequence
        )


def _request(name: TopicPartition, batch: bytearray) -> ProduceRequest:
    data = PartitionProduceData(index=name.partition, records=bytes(batch))
    return ProduceRequest(
        acks=-1, timeout_ms=5_000, topic_data=[TopicProduceData(name=name.topic, partition_data=[data])]
    )
