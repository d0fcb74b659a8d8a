"""A client in the simulated world: `link` over a simulated connection, made anew when it breaks."""

import asyncio
from collections.abc import Sequence
from typing import Any

from ottla.dial.channel import Channel, Disconnected
from ottla.sim.history import Violation
from ottla.sim.world import HOST, PORT
from ottla.wire.message import Message

_PAUSE_S = 0.05
_CONNECT_TIMEOUT_S = 20.0
_ANSWER_TIMEOUT_S = 30.0


class SimClient:
    """One peer of the node. Whoever dies breaks its connections, so that no answer may just stay away."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._channel: Channel | None = None

    async def ask(self, request: Message, version: int | None = None) -> Any:
        """The answer. Raises Disconnected: then what was asked may have happened or not."""
        return (await self.ask_all([request], version))[0]

    async def ask_all(self, requests: Sequence[Message], version: int | None = None) -> list[Any]:
        """Send all at once, without waiting in between; the answers in the same order."""
        channel = self._channel
        if channel is None or channel.closed:
            channel = self._channel = Channel(HOST, PORT, self._name)
            await channel.open(_CONNECT_TIMEOUT_S)
        answers = [channel.send(request, version=version) for request in requests]
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                results = await asyncio.gather(*answers, return_exceptions=True)
        except TimeoutError as error:
            raise Violation(
                f"I21 {type(requests[0]).__name__} got no answer on a sound connection"
            ) from error
        for result in results:
            if isinstance(result, BaseException):
                _refuse_nonsense(result)
                raise result
        return list(results)

    async def insist(self, request: Message, version: int | None = None) -> Any:
        """Ask again and again until there is an answer: for what may be done twice."""
        while True:
            try:
                return await self.ask(request, version)
            except Disconnected:
                await asyncio.sleep(_PAUSE_S)

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()


def _refuse_nonsense(error: BaseException) -> None:
    """The link broke off because an answer fitted no request, or could not be read."""
    if "is no Kafka" in str(error):
        raise Violation(f"I18 {error}") from error
