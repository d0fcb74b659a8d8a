"""A broker's channel to the active controller, wherever that is; also to the one in the same process.

Requests are sent again, soon at first and then every 50 ms, while the controller can't be reached or says
NOT_CONTROLLER: until it answers or the time is over (Kafka's `NodeToControllerChannelManager`).
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from ottla.dial.channel import Channel, Disconnected
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.runtime.loop.tasks import Tasks
from ottla.wire.message import Message

_FIRST_RETRY_S, _RETRY_S = 0.002, 0.05
Address = tuple[str, int]


class ControllerUnreachable(Exception):
    """No active controller answered in time."""


class ControllerChannel:
    """One connection for one purpose: heartbeats never stand behind a forwarded request."""

    def __init__(self, name: str, find: Callable[[], Address | None], tasks: Tasks) -> None:
        self._name, self._find, self._tasks = name, find, tasks
        self._channel: Channel | None = None
        self._opening = asyncio.Lock()

    async def request(self, request: Message, timeout_s: float) -> Any:
        """The active controller's answer. Raises ControllerUnreachable, UnsupportedVersion."""
        pause_s = _FIRST_RETRY_S
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    response = await self._try(request)
                    if response is not None:
                        return response
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, _RETRY_S)
        except TimeoutError as error:
            raise ControllerUnreachable(f"no active controller within {timeout_s:g} s") from error

    def forward(self, frame: bytes, client_host: str, timeout_s: float) -> Later[bytes | bytearray | None]:
        """A client's request, as it came, in an Envelope (KIP-590); its answer frame, None for none."""
        later: Later[bytes | bytearray | None] = Later()
        self._tasks.start(self._forward(frame, client_host, timeout_s, later))
        return later

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()

    async def _forward(
        self, frame: bytes, client_host: str, timeout_s: float, later: Later[bytes | bytearray | None]
    ) -> None:
        try:
            response = await self.request(_envelope(frame, client_host), timeout_s)
        except ControllerUnreachable:
            later.settle(None)
            return
        data = response.response_data
        later.settle(None if data is None else len(data).to_bytes(4, "big") + data)

    async def _try(self, request: Message) -> Any:
        """One attempt; None when it must be made again."""
        address = self._find()
        if address is None:
            return None
        try:
            channel = await self._open(address)
            response = await channel.request(request)
        except Disconnected:
            return None
        if getattr(response, "error_code", 0) == ErrorCode.NOT_CONTROLLER:
            channel.close()
            return None
        return response

    async def _open(self, address: Address) -> Channel:
        async with self._opening:
            channel = self._channel
            if channel is None or channel.closed or (channel.host, channel.port) != address:
                self.close()
                channel = self._channel = Channel(*address, self._name)
                await channel.open()
            return channel


def _envelope(frame: bytes, client_host: str) -> Message:
    from ottla.wire.messages.default_principal_data import DefaultPrincipalData
    from ottla.wire.messages.envelope_request import EnvelopeRequest

    principal = bytearray(b"\0\0")
    DefaultPrincipalData(type="User", name="ANONYMOUS").write(principal, 0)
    family = socket.AF_INET6 if ":" in client_host else socket.AF_INET
    address = socket.inet_pton(family, client_host.partition("%")[0])
    return EnvelopeRequest(
        request_data=frame, request_principal=bytes(principal), client_host_address=address
    )
