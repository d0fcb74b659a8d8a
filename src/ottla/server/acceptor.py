"""Opens the listeners and keeps count of their connections; closes those that idle too long."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable

from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadline, Deadlines
from ottla.server.connection import Connection, Dispatch, ReceiveBuffers
from ottla.server.connection_limits import ConnectionLimits
from ottla.server.listener import Listener, bind_hosts

_log = logging.getLogger("kafka.network.ConnectionQuotas")


class Acceptor:
    """All connections of one node. The longest idle stands first."""

    def __init__(
        self,
        clock: Clock,
        deadlines: Deadlines,
        *,
        idle_max_ms: int,
        frame_bytes_max: int,
        backlog: int = 1_024,
    ) -> None:
        self._clock, self._deadlines = clock, deadlines
        self._idle_max_ms, self._frame_bytes_max, self._backlog = idle_max_ms, frame_bytes_max, backlog
        self.limits = ConnectionLimits()
        """Of clients; brokers come in through the controllers' listeners unhindered."""
        self._buffers = ReceiveBuffers()
        self._connections: OrderedDict[int, Connection] = OrderedDict()
        self._servers: list[asyncio.AbstractServer] = []
        self._accepted = 0
        self._closed = False
        self._sweep: Deadline | None = None

    def __len__(self) -> int:
        return len(self._connections)

    async def listen(self, listener: Listener, dispatch: Dispatch) -> int:
        """Bind and accept; the port that was bound. Raises OSError."""
        loop = asyncio.get_running_loop()
        on_open = self._opened_by_client if listener.kind == "broker" else self._opened
        server = await loop.create_server(
            lambda: self._accept(dispatch, on_open),
            bind_hosts(listener.host),
            listener.port,
            backlog=self._backlog,
        )
        self._servers.append(server)
        if self._sweep is None and self._idle_max_ms >= 0:
            self._sweep = self._deadlines.after(self._idle_max_ms, self._close_idle)
        sockets = getattr(server, "sockets", None)
        return sockets[0].getsockname()[1] if sockets else listener.port

    async def close(self) -> None:
        self._closed = True
        for server in self._servers:
            server.close()
        for connection in list(self._connections.values()):
            connection.transport.close()
        if self._sweep is not None:
            self._sweep.cancel()

    def drop(self) -> None:
        """Forget all connections without a word."""
        self._closed = True
        for server in self._servers:
            server.close()
        self._connections.clear()

    def _accept(self, dispatch: Dispatch, on_open: Callable[[Connection], None]) -> Connection:
        self._accepted += 1
        return Connection(
            dispatch,
            self._buffers,
            identity=self._accepted,
            frame_bytes_max=self._frame_bytes_max,
            on_open=on_open,
            on_close=self._forget,
        )

    def _opened(self, connection: Connection) -> None:
        connection.last_active_ms = self._clock.mono_ms()
        self._connections[connection.identity] = connection
        if self._closed:
            connection.transport.close()

    def _opened_by_client(self, connection: Connection) -> None:
        self._opened(connection)
        most = self.limits.opened(connection)
        if most is not None:
            _log.info(
                "Rejected connection from %s, address already has the configured maximum of %d connections.",
                connection.client_host,
                most,
            )
            connection.transport.abort()

    def _forget(self, connection: Connection) -> None:
        self._connections.pop(connection.identity, None)
        self.limits.closed(connection)

    def _close_idle(self) -> None:
        """Connections count requests; one without any since the last look, and nothing awaited, is idle."""
        now_ms = self._clock.mono_ms()
        for connection in list(self._connections.values()):
            if connection.take_activity():
                connection.last_active_ms = now_ms
            elif now_ms - connection.last_active_ms >= self._idle_max_ms:
                connection.transport.close()
        self._sweep = self._deadlines.after(max(1_000, self._idle_max_ms // 4), self._close_idle)
