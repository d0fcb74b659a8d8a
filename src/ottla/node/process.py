"""A node as a process of this machine: its loop, its signals, its locks and its end."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable

from ottla.node.config import NodeConfig
from ottla.node.node import Node, World
from ottla.node.storage.directory_locks import DirectoryLocks
from ottla.node.storage.log_directories import StorageError
from ottla.runtime.disk.local_disk import LocalDisk
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.runtime.loop.clock import Clock
from ottla.runtime.peers.broker_lifecycle import RegistrationFailed

_log = logging.getLogger("kafka.server.KafkaRaftServer")

_COLLECT_EVERY = 50_000
"""Allocations between collections: a request makes dozens, nearly all of them freed by their count."""


class CannotStart(Exception):
    """Why the node does not start, in one sentence for whoever started it."""


def local_world() -> World:
    """This machine."""
    disk = LocalDisk(lambda path, error: _log.error("Failed to remove %s: %s", path, error))
    return World(disk, SystemEntropy(), Clock(), _halt)


def run_node(config: NodeConfig, world: World, on_started: Callable[[Node], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotStart."""
    try:
        with DirectoryLocks((*config.log_dirs, config.metadata_log_dir)):
            loop = _new_loop()
            try:
                loop.run_until_complete(_serve(Node(config, world), on_started))
            finally:
                loop.close()
    except (StorageError, RegistrationFailed, OSError) as error:
        raise CannotStart(str(error)) from error


async def _serve(node: Node, on_started: Callable[[Node], None] | None) -> None:
    """Start, wait for a signal, stop; a signal during the start ends that too."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def ask(received: signal.Signals) -> None:
        _log.info("Terminating process due to signal %s", received.name)
        asked.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ask, each)
    starting = loop.create_task(node.start())
    waiting = loop.create_task(asked.wait())
    await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    elif starting.exception() is not None:
        waiting.cancel()
        node.vanish()
        starting.result()
    else:
        _spare_the_collector()
        if on_started is not None:
            on_started(node)
        await waiting
    await node.stop()


def _spare_the_collector() -> None:
    """What the start has made lives as long as the process: full collections need not walk it again."""
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _halt(reason: str) -> None:
    """The node can't go on, and must not try to tidy up."""
    _log.critical("Halting: %s", reason)
    sys.stdout.flush()
    os._exit(1)
