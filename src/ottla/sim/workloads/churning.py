"""Topics come and go: what was created is there, what was deleted does not come back."""

import asyncio
from random import Random

from ottla.dial.channel import Disconnected
from ottla.model.errors import ErrorCode
from ottla.sim.client import SimClient
from ottla.sim.history import History, Violation
from ottla.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState

_KEPT = 3


class Churning:
    """Creates topics of new names, and deletes the oldest."""

    def __init__(self, history: History, random: Random) -> None:
        self._history, self._random = history, random
        self._client = SimClient("churner")
        self._made: list[str] = []
        self._number = 0
        self.stopping = False

    async def run(self) -> None:
        while not self.stopping:
            try:
                if len(self._made) > _KEPT:
                    await self._delete(self._made[0])
                else:
                    await self._create()
                await asyncio.sleep(self._random.expovariate(0.7))
            except Disconnected:
                await asyncio.sleep(0.1)
        self._client.close()

    async def _create(self) -> None:
        self._number += 1
        name, partitions = f"churn-{self._number}", self._random.randint(1, 2)
        topic = CreatableTopic(name=name, num_partitions=partitions, replication_factor=1)
        answer = await self._client.ask(CreateTopicsRequest(topics=[topic], timeout_ms=10_000))
        if answer.topics[0].error_code == ErrorCode.NONE:
            self._history.topics[name] = partitions
            self._made.append(name)

    async def _delete(self, name: str) -> None:
        self._history.topics.pop(name, None)  # from now on it may be there or not
        request = DeleteTopicsRequest(topics=[DeleteTopicState(name=name)], timeout_ms=10_000)
        error = ErrorCode((await self._client.ask(request)).responses[0].error_code)
        if error in (ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION):
            self._made.remove(name)
            self._history.deleted[name] = None
        elif error not in (ErrorCode.NOT_CONTROLLER, ErrorCode.REQUEST_TIMED_OUT):
            raise Violation(f"I16 topic {name} can't be deleted: {error.name}")
