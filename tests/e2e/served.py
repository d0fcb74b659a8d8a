"""A running node with overrides, and what tests ask of it."""

import asyncio
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ottla.dial.channel import Channel
from ottla.model.errors import ErrorCode
from ottla.records.records import Record, build_batch
from ottla.wire.message import Message
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from ottla.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from tests.e2e.test_start import started
from tests.oracle.ports import free_ports
from tests.unit.server.configs.conversation import TOPIC, describe


class Served:
    """A node with its overrides."""

    def __init__(self, port: int, process: "subprocess.Popen[str]") -> None:
        self.port, self.process = port, process

    def ask(self, request: Message, version: int) -> Any:
        return self.ask_all([(request, version)])[0]

    def ask_all(self, steps: Sequence[tuple[Message, int]]) -> list[Any]:
        async def ask() -> list[Any]:
            channel = Channel("127.0.0.1", self.port, "configs")
            await channel.open()
            answers = [await channel.request(request, version=version) for request, version in steps]
            channel.close()
            return answers

        return asyncio.run(ask())

    def create(self, name: str, partitions: int = 1, **configs: str) -> ErrorCode:
        topic = CreatableTopic(
            name=name,
            num_partitions=partitions,
            replication_factor=-1,
            configs=[
                CreatableTopicConfig(name=key.replace("_", "."), value=value)
                for key, value in configs.items()
            ],
        )
        answer = self.ask(CreateTopicsRequest(topics=[topic], timeout_ms=5_000), 5)
        return ErrorCode(answer.topics[0].error_code)

    def produce(
        self,
        topic: str,
        size: int = 10,
        *,
        timestamp: int = 1_700_000_000_000,
        producer_id: int = -1,
        sequence: int = -1,
    ) -> ErrorCode:
        """One record under the key "key"; from a producer of an id, its batch number `sequence`."""
        records = [Record(0, timestamp, b"key", bytes(size))]
        batch = bytes(
            build_batch(
                records,
                producer_id=producer_id,
                producer_epoch=-1 if producer_id < 0 else 0,
                base_sequence=sequence,
            )
        )
        data = TopicProduceData(name=topic, partition_data=[PartitionProduceData(index=0, records=batch)])
        answer = self.ask(ProduceRequest(acks=-1, timeout_ms=5_000, topic_data=[data]), 9)
        return ErrorCode(answer.responses[0].partition_responses[0].error_code)

    def fetch(self, topic: str) -> bytes:
        wanted = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1 << 30)
        request = FetchRequest(
            max_wait_ms=0,
            min_bytes=0,
            max_bytes=1 << 30,
            topics=[FetchTopic(topic=topic, partitions=[wanted])],
        )
        return bytes(self.ask(request, 11).responses[0].partitions[0].records or b"")

    def first_offset(self, topic: str) -> int:
        wanted = ListOffsetsPartition(partition_index=0, timestamp=-2)
        request = ListOffsetsRequest(
            replica_id=-1, topics=[ListOffsetsTopic(name=topic, partitions=[wanted])]
        )
        return int(self.ask(request, 5).topics[0].partitions[0].offset)

    def metadata(self, topic: str, *, create: bool = False) -> Any:
        request = MetadataRequest(topics=[MetadataRequestTopic(name=topic)], allow_auto_topic_creation=create)
        return self.ask(request, 9)

    def configs(self, topic: str) -> dict[str, str]:
        answer = self.ask(*describe((TOPIC, topic)))
        return {config.name: config.value for config in answer.results[0].configs}


@contextmanager
def serving(directory: Path, *overrides: str) -> Iterator[Served]:
    port, _ = free_ports(2)
    arguments = [word for each in overrides for word in ("--override", each)]
    with started(["--port", str(port), *arguments], directory) as process:
        yield Served(port, process)


def eventually(holds: Any) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
