"""A node as a process of this machine: its loop, its signals, its locks and its end."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

from ottla.node.config import NodeConfig
from ottla.node.config_served import check_node_served, tell_without_effect
from ottla.node.node import Node, World
from ottla.node.ports import PortTaken, check_ports
from ottla.node.storage.directory_locks import DirectoryLocks
from ottla.node.storage.log_directories import StorageError
from ottla.runtime.disk.local_disk import LocalDisk
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.runtime.loop.clock import Clock
from ottla.runtime.peers.broker_lifecycle import RegistrationFailed
from ottla.server.listener import Listener

_log = logging.getLogger("kafka.server.KafkaServer")
_FOREVER_MS: Final = 2**62


class CannotStart(Exception):
    """Why the node does not start, in one sentence for whoever started it."""


def run_node(
    config: NodeConfig,
    *,
    prepare: Callable[[NodeConfig, World], None] | None = None,
    on_started: Callable[[Node], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotStart, ConfigException.

    `prepare` is called when the directories are locked and nothing is begun.
    """
    check_node_served(config)
    tell_without_effect(config)
    config = _with_this_machine(config)
    try:
        check_ports(config.listeners)
        with DirectoryLocks((*config.log_dirs, config.metadata_log_dir)):
            world = _local_world()
            if prepare is not None:
                prepare(config, world)
            _run(Node(config, world), on_started)
    except (PortTaken, StorageError, RegistrationFailed) as refusal:
        raise CannotStart(f"{refusal}{_advice(config, refusal)}") from refusal
    except OSError as error:
        raise CannotStart(_sentence(error)) from error


def _run(node: Node, on_started: Callable[[Node], None] | None) -> None:
    loop = _new_loop()
    try:
        loop.run_until_complete(_serve(node, on_started))
    finally:
        loop.close()


async def _serve(node: Node, on_started: Callable[[Node], None] | None) -> None:
    """Start, wait for a signal, stop; a signal during the start ends that too."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def ask(received: signal.Signals) -> None:
        _log.info("Terminating process due to signal %s", received.name)
        asked.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ask, each)
    starting = loop.create_task(_start(node))
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
        _log.info("[KafkaServer id=%d] started", node.config.node_id)
        if on_started is not None:
            on_started(node)
        await waiting
    await node.stop()


async def _start(node: Node) -> None:
    limit_ms = node.config.values.number("server.max.startup.time.ms")
    try:
        async with asyncio.timeout(limit_ms / 1000 if limit_ms < _FOREVER_MS else None):
            await node.start()
    except TimeoutError:
        raise StorageError(
            f"The node did not start within server.max.startup.time.ms={limit_ms}. Give it more time, or "
            "find out what holds it up."
        ) from None


def _local_world() -> World:
    disk = LocalDisk(lambda path, error: _log.error("Failed to remove %s: %s", path, error))
    return World(disk, SystemEntropy(), Clock(), _halt)


def _with_this_machine(config: NodeConfig) -> NodeConfig:
    """Whoever is told of a listener on all addresses is told this machine's name, as by Kafka."""
    if all(listener.host for listener in config.advertised):
        return config
    name = socket.getfqdn()
    told = (Listener(each.name, each.kind, each.host or name, each.port) for each in config.advertised)
    return config._replace(advertised=tuple(told))


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _advice(config: NodeConfig, refusal: Exception) -> str:
    """What to change, where Kafka's words don't tell."""
    if "meta.properties" not in str(refusal):
        return ""
    return f" Format log.dirs={','.join(config.log_dirs)} with kafka-storage, or change log.dirs."


def _sentence(error: OSError) -> str:
    if error.filename is None:
        return error.strerror or str(error)
    return f"{error.strerror}: {error.filename}. See log.dirs (--dir)."


def _halt(reason: str) -> None:
    """The node can't go on, and must not try to tidy up."""
    _log.critical("Halting: %s", reason)
    sys.stdout.flush()
    os._exit(1)
