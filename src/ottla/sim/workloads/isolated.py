"""A reader of committed records: it must see nothing of an open or aborted transaction."""

import asyncio
from random import Random
from typing import Any

from ottla.dial.channel import Disconnected
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.batch import batches
from ottla.records.control import end_transaction
from ottla.records.records import records
from ottla.sim.client import SimClient
from ottla.sim.history import History, Violation
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic

_FETCH_VERSION, _READ_COMMITTED = 12, 1


class Isolated:
    """Reads one partition with isolation level read_committed, from the beginning again and again."""

    def __init__(self, name: TopicPartition, history: History, random: Random) -> None:
        self._name, self._history, self._random = name, history, random
        self._client = SimClient("isolated")
        self._position = 0
        self.stopping = False

    async def run(self) -> None:
        while not self.stopping:
            try:
                await self._fetch()
                await asyncio.sleep(self._random.expovariate(4))
            except Disconnected:
                await asyncio.sleep(0.05)
        self._client.close()

    async def _fetch(self) -> None:
        if self._random.random() < 0.1:
            self._position = 0
        partition = FetchPartition(
            partition=self._name.partition, fetch_offset=self._position, partition_max_bytes=1_000
        )
        request = FetchRequest(
            max_wait_ms=self._random.choice([0, 300]),
            min_bytes=1,
            max_bytes=1_000,
            session_epoch=-1,
            isolation_level=_READ_COMMITTED,
            topics=[FetchTopic(topic=self._name.topic, partitions=[partition])],
        )
        power_cuts = self._history.power_cuts
        answer = await self._client.ask(request, _FETCH_VERSION)
        result = answer.responses[0].partitions[0]
        if result.error_code == ErrorCode.OFFSET_OUT_OF_RANGE:
            self._position = 0
        elif result.error_code == ErrorCode.NONE and power_cuts == self._history.power_cuts:
            self._take(result)

    def _take(self, result: Any) -> None:
        """As a consumer filters: an aborted transaction reaches from its first offset to its marker."""
        aborted = {each.producer_id: each.first_offset for each in result.aborted_transactions or ()}
        for position, header in batches(result.records or b""):
            self._position = header.last_offset + 1
            if header.is_control:
                marker = end_transaction(result.records, position, header)
                assert marker is not None, "this log is not compacted"
                if not marker.committed:
                    aborted.pop(header.producer_id, None)
            elif aborted.get(header.producer_id, header.last_offset + 1) > header.last_offset:
                for record in records(result.records, position, header):
                    self._check(record.offset, header.producer_id, result.last_stable_offset)

    def _check(self, offset: int, producer_id: int, last_stable_offset: int) -> None:
        self._history.operations += 1
        if offset >= last_stable_offset:
            raise Violation(f"I9 {self._name}@{offset} was read above the LSO {last_stable_offset}")
        committed, _ = self._history.decided.get(producer_id, (None, -1))
        if committed is None:
            raise Violation(f"I9 {self._name}@{offset} is of a transaction that is open, of {producer_id}")
        if not committed:
            raise Violation(f"I10 {self._name}@{offset} is of an aborted transaction, of {producer_id}")
