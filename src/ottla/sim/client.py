"""A client in the simulated world: `link` over a simulated connection, made anew when it breaks."""

import asyncio
from typing import Any

from ottla.dial.channel import Channel, Disconnected
from ottla.sim.world import HOST, PORT
from ottla.wire.message import Message

_PAUSE_S = 0.05
_TIMEOUT_S = 20.0


class SimClient:
    """One peer of the node."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._channel: Channel | None = None

    async def ask(self, request: Message, version: int | None = None) -> Any:
        """The answer. Raises Disconnected: then what was asked may have happened or not."""
        channel = self._channel
        if channel is None or channel.closed:
            channel = self._channel = Channel(HOST, PORT, self._name)
            await channel.open(_TIMEOUT_S)
        return await channel.request(request, version=version, timeout_s=_TIMEOUT_S)

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
