"""A producer's core with its clock, and answers of brokers."""

from tests.unit.link.clusters import a_view, topic_id

from ottla.link.producer.batch import record_size
from ottla.link.producer.producer import Outcome, Producer, Send
from ottla.link.producer.settings import ProducerSettings
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import BatchHeader, batches
from ottla.records.records import Record
from ottla.wire.messages.produce_response import (
    PartitionProduceResponse,
    ProduceResponse,
    TopicProduceResponse,
)

T0, T1, T2 = (TopicPartition("t", index) for index in range(3))


class AProducer:
    """Partitions t-0 and t-1 are led by node 1, t-2 by node 2."""

    def __init__(self, *, idempotent: bool = False, linger_ms: int = 5, **settings: int) -> None:
        self.view = a_view({"t": [1, 1, 2]})
        self.settings = ProducerSettings(idempotent=idempotent, linger_ms=linger_ms, **settings)  # type: ignore[arg-type]
        self.core = Producer(self.settings, self.view)
        self.now_ms = 1_000
        self._tickets = 0

    def append(self, partition: TopicPartition = T0, value: bytes = b"value") -> int:
        record = Record(0, 0, None, value, ())
        self._tickets += 1
        self.core.append(partition, record, record_size(record), self._tickets, self.now_ms)
        return self._tickets

    def ready(self, *, flush: bool = False) -> list[Send]:
        return self.core.ready(self.now_ms, flush=flush)

    def sent(self) -> Send:
        """The one request that goes out."""
        (send,) = self.ready(flush=True)
        return send

    def answer(
        self,
        send: Send,
        code: ErrorCode = ErrorCode.NONE,
        base_offset: int = 0,
        message: str | None = None,
    ) -> list[Outcome]:
        """The same for all partitions of `send`."""
        responses = [
            PartitionProduceResponse(
                index=each.partition.partition,
                error_code=code,
                base_offset=base_offset,
                error_message=message,
            )
            for each in send.batches
        ]
        topic = TopicProduceResponse(name="", topic_id=topic_id("t"), partition_responses=responses)
        return self.core.answered(send, ProduceResponse(responses=[topic]), self.now_ms)


def header(send: Send) -> BatchHeader:
    """Of the one batch in `send`."""
    (topic,) = send.request.topic_data
    (data,) = topic.partition_data
    assert data.records is not None
    ((_, found),) = batches(data.records)
    return found
