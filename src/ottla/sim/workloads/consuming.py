"""A consumer that reads every partition from the beginning, again and again, and commits how far it came."""

import asyncio
from random import Random
from typing import Any

from ottla.dial.channel import Disconnected
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import BatchHeader, batches, validate
from ottla.records.invalid_record import CorruptBatch
from ottla.records.records import records
from ottla.sim.client import SimClient
from ottla.sim.history import History, Violation
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from ottla.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from ottla.wire.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)

_FETCH_VERSION, _COMMIT_VERSION, _COMMITTED_VERSION = 12, 9, 9
_TOLD_WITHIN_S = 1.0
"""How soon who waits for records hears of them: many times the slowest latency."""


class Consuming:
    """Reads with long polls; now and then starts over, so that old records are read anew."""

    def __init__(
        self,
        group: str,
        partitions: list[TopicPartition],
        thinned: frozenset[TopicPartition],
        history: History,
        random: Random,
    ) -> None:
        """`thinned` are those whose offsets may have gaps: compacted ones."""
        self._group, self._partitions, self._thinned = group, partitions, thinned
        self._history, self._random = history, random
        self._client = SimClient(group)
        self._positions = dict.fromkeys(partitions, 0)
        self.stopping = False

    async def run(self) -> None:
        while not self.stopping:
            try:
                await self._round()
                await asyncio.sleep(self._random.expovariate(10))
            except Disconnected:
                await asyncio.sleep(0.05)
        self._client.close()

    async def _round(self) -> None:
        name = self._random.choice(self._partitions)
        dice = self._random.random()
        if dice < 0.05:
            self._positions[name] = self._random.choice([0, self._random.randint(0, self._positions[name])])
        elif dice < 0.25:
            await self._commit(name)
        elif dice < 0.35:
            await self._check_committed(name)
        else:
            await self._fetch(name)

    async def _fetch(self, name: TopicPartition) -> None:
        offset = self._positions[name]
        partition = FetchPartition(
            partition=name.partition,
            fetch_offset=offset,
            partition_max_bytes=self._random.choice([200, 5_000]),
        )
        request = FetchRequest(
            max_wait_ms=self._random.choice([0, 200, 3_000]),
            min_bytes=1,
            max_bytes=10_000,
            session_epoch=-1,
            topics=[FetchTopic(topic=name.topic, partitions=[partition])],
        )
        asked_s = asyncio.get_running_loop().time()
        answer = await self._client.ask(request, _FETCH_VERSION)
        self._check_promptness(name, offset, asked_s)
        result = answer.responses[0].partitions[0]
        if result.error_code == ErrorCode.OFFSET_OUT_OF_RANGE:
            self._positions[name] = max(0, result.log_start_offset)
        elif result.error_code == ErrorCode.NONE:
            self._take(name, result, offset)

    def _check_promptness(self, name: TopicPartition, offset: int, asked_s: float) -> None:
        """Whoever waits for records is told when they come, not when the wait is over."""
        record = self._history.of(name).acknowledged.get(offset)
        now_s = asyncio.get_running_loop().time()
        if record is not None and now_s - max(record.at_s, asked_s) > _TOLD_WITHIN_S:
            raise Violation(f"I21 {name}@{offset} was there since {record.at_s:.3f}, told at {now_s:.3f}")

    def _take(self, name: TopicPartition, result: Any, offset: int) -> None:
        self._history.note_high_watermark(self._group, name, result.high_watermark)
        for position, header in batches(result.records or b""):
            if header.last_offset < offset or (header.base_offset > offset and name not in self._thinned):
                raise Violation(f"I7 {name} gave the batch at {header.base_offset} for offset {offset}")
            _check_bytes(name, result.records, position, header)
            for record in records(result.records, position, header):
                self._history.note_read(name, record.offset, record.value, result.high_watermark)
            offset = header.last_offset + 1
        self._positions[name] = offset

    async def _commit(self, name: TopicPartition) -> None:
        offset = self._positions[name]
        known = self._history.committed.get((self._group, name), [0])
        if offset < known[-1]:
            return  # this group has no rewinding member: its commits only grow
        partition = OffsetCommitRequestPartition(partition_index=name.partition, committed_offset=offset)
        request = OffsetCommitRequest(
            group_id=self._group,
            topics=[OffsetCommitRequestTopic(name=name.topic, partitions=[partition])],
        )
        answer = await self._client.ask(request, _COMMIT_VERSION)
        if answer.topics[0].partitions[0].error_code == ErrorCode.NONE:
            self._history.note_commit(self._group, name, offset)

    async def _check_committed(self, name: TopicPartition) -> None:
        topic = OffsetFetchRequestTopics(name=name.topic, partition_indexes=[name.partition])
        request = OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group_id=self._group, topics=[topic])])
        answer = await self._client.ask(request, _COMMITTED_VERSION)
        group = answer.groups[0]
        if group.error_code == ErrorCode.NONE and group.topics[0].partitions[0].error_code == ErrorCode.NONE:
            self._history.check_commit(self._group, name, group.topics[0].partitions[0].committed_offset)


def _check_bytes(name: TopicPartition, data: bytes, position: int, header: BatchHeader) -> None:
    """Whether the batch is as it was written."""
    try:
        validate(data, position, header)
    except CorruptBatch as error:
        raise Violation(f"I18 {name}@{header.base_offset} came damaged: {error}") from error
