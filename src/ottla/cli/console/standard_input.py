"""Standard input as lines, read beside the event loop: a terminal may keep us waiting for hours."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from queue import SimpleQueue

_STDIN, _CHUNK = 0, 65_536


async def lines(before_each: Callable[[], None]) -> AsyncIterator[str]:
    """Each line without its end, which is a line feed, a carriage return, or both.

    `before_each` is called before every line that we wait for: a prompt.
    """
    chunks = _Chunks()
    rest, skip_feed = b"", False
    before_each()
    while True:
        chunk = await chunks.next()
        if skip_feed and chunk.startswith(b"\n"):
            chunk, skip_feed = chunk[1:], False
            if not chunk:
                continue
        *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        skip_feed = chunk.endswith(b"\r")
        for line in whole:
            yield line.decode("utf-8", "replace")
            before_each()
        if not chunk:
            if rest:
                yield rest.decode("utf-8", "replace")
                before_each()
            return


class _Chunks:
    """Reads one chunk at a time, when asked, in a thread that does not keep the process alive."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked: SimpleQueue[asyncio.Future[bytes]] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    async def next(self) -> bytes:
        """The next bytes; empty at the end."""
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._asked.put(future)
        return await future

    def _read(self) -> None:
        while True:
            future = self._asked.get()
            chunk = os.read(_STDIN, _CHUNK)
            self._loop.call_soon_threadsafe(_settle, future, chunk)
            if not chunk:
                return


def _settle(future: "asyncio.Future[bytes]", chunk: bytes) -> None:
    if not future.done():
        future.set_result(chunk)
