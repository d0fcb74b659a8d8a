"""A channel to one node: connects on first use, and says so when it breaks."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from ottla.link.connection import OPENED, REOPEN, LinkConnection
from ottla.wire.message import Message
from ottla.wire.primitives import ProtocolError, UnsupportedVersion


class Disconnected(Exception):
    """The connection could not be made, or broke before the answer came: what was asked may have happened."""


class Channel(asyncio.Protocol):
    """One connection to `host:port`. All requests go out in the order they were made."""

    def __init__(
        self, host: str, port: int, client_id: str, on_close: Callable[[], None] | None = None
    ) -> None:
        self.host, self.port = host, port
        self.link = LinkConnection(client_id)
        self._on_close = on_close
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last_token = 0
        self.closed = False

    async def open(self, timeout_s: float = 30.0) -> None:
        """Connect and learn what the node serves. Raises Disconnected."""
        loop = asyncio.get_running_loop()
        self._opened = loop.create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await loop.create_connection(lambda: self, self.host, self.port)
                await self._opened
        except (OSError, TimeoutError) as error:
            self.close()
            raise Disconnected(
                f"Connection to {self.host}:{self.port} could not be established: {error}"
            ) from error

    async def request(self, request: Message, *, version: int | None = None, timeout_s: float = 30.0) -> Any:
        """Ask and wait for the answer. Raises Disconnected, UnsupportedVersion."""
        future = self.send(request, version=version)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError as error:
            self.close()
            raise Disconnected(f"No answer from {self.host}:{self.port} within {timeout_s:g} s") from error

    def send(self, request: Message, *, version: int | None = None) -> "asyncio.Future[Any]":
        """Ask; the future gives the answer or Disconnected."""
        if self._transport is None or self.closed:
            raise Disconnected(f"Not connected to {self.host}:{self.port}")
        self._last_token += 1
        frame = self.link.request(request, self._last_token, version)
        future = self._waiting[self._last_token] = asyncio.get_running_loop().create_future()
        self._transport.write(frame)
        return future

    def tell(self, request: Message, *, version: int | None = None) -> None:
        """Send what wants no answer (Produce with acks=0). Raises Disconnected, UnsupportedVersion."""
        if self._transport is None or self.closed:
            raise Disconnected(f"Not connected to {self.host}:{self.port}")
        self._transport.write(self.link.request(request, None, version))
        self.link.expects_none()

    def close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.close()

    # --- asyncio's side -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._transport.write(self.link.opening())

    def data_received(self, data: bytes) -> None:
        try:
            received = self.link.receive(data)
        except (ProtocolError, UnsupportedVersion) as error:
            self._break(Disconnected(f"{self.host}:{self.port} answers what is no Kafka: {error}"))
            return
        for token, response in received:
            if token is OPENED:
                self._tell_opened(None)
            elif token is REOPEN:
                assert self._transport is not None, "data came from a transport"
                self._transport.write(self.link.opening(response))
            else:
                assert isinstance(token, int), "our own tokens are numbers"
                future = self._waiting.pop(token)
                if not future.done():
                    future.set_result(response)

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(Disconnected(f"{self.host}:{self.port} closed the connection"))
        if self._on_close is not None:
            self._on_close()

    def _break(self, error: Disconnected) -> None:
        self.close()
        self._tell_opened(error)
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(error)

    def _tell_opened(self, error: Disconnected | None) -> None:
        if self._opened is None or self._opened.done():
            return
        if error is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(error)
