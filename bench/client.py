"""A blocking client of a few lines: what a measurement must not hide behind."""

import socket
from typing import Any

from ottla.link.connection import OPENED, LinkConnection
from ottla.wire.message import Message


class BlockingClient:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 30)
        self._link = LinkConnection("bench")
        self._socket.sendall(self._link.opening())
        self._until(OPENED)

    def ask(self, request: Message, version: int | None = None) -> Any:
        self._socket.sendall(self._link.request(request, "asked", version))
        return self._until("asked")

    def exchange(self, frame: bytes) -> None:
        """Send a whole frame and wait for its whole answer."""
        self._socket.sendall(frame)
        self._read(int.from_bytes(self._read(4), "big"))

    def close(self) -> None:
        self._socket.close()

    def _until(self, token: object) -> Any:
        while True:
            for received in self._link.receive(self._some()):
                if received.token == token:
                    return received.response

    def _some(self) -> bytes:
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the node closed the connection")
        return data

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise ConnectionError("the node closed the connection")
            data += more
        return data
