"""Tasks that nobody forgets: their failures stop the node, and they end with it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    """The long-running coroutines of a node."""

    def __init__(self, on_failure: Callable[[BaseException], None]) -> None:
        self._on_failure = on_failure
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run `work`; an exception that leaves it is a fault of ours and goes to `on_failure`."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def cancel(self) -> None:
        """End all of them and wait until they have."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def drop(self) -> None:
        """Cancel all without waiting: the process is as good as gone."""
        for task in self._running:
            task.remove_done_callback(self._ended)
            task.cancel()

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(error)
