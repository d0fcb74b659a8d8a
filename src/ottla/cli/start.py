"""`ottla start`: run a node; formats its directory on first use."""

import asyncio
import logging
import os
import signal
import sys

from ottla.node.config import NodeConfig, node_config
from ottla.node.node import Node, World
from ottla.node.storage.formatter import FormatOptions, NodeToFormat, format_storage
from ottla.model.uuid import uuid_text
from ottla.runtime.disk.local_disk import LocalDisk
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.runtime.loop.clock import Clock


def run(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, format="[%(asctime)s] %(levelname)s %(message)s (%(name)s)")
    data = arguments[0] if arguments else "data"
    port = int(arguments[1]) if len(arguments) > 1 else 9092
    config = node_config(
        {
            "node.id": "1",
            "process.roles": "broker,controller",
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": os.path.abspath(data),
            "offsets.topic.replication.factor": "1",
        }
    )
    loop = _loop()
    try:
        return loop.run_until_complete(_serve(config))
    finally:
        loop.close()


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _serve(config: NodeConfig) -> int:
    disk = LocalDisk(lambda path, error: print("can't remove", path, error))
    clock = Clock()
    entropy = SystemEntropy()
    if not disk.exists(config.metadata_log_dir + "/meta.properties"):
        for directory in config.log_dirs:
            disk.make_dir(directory)
        listener = config.controller_listener
        format_storage(
            NodeToFormat(config.node_id, config.roles, config.log_dirs, config.metadata_log_dir, listener.name, (listener.host, listener.port), False),
            FormatOptions(cluster_id=uuid_text(entropy.uuid()), standalone=True),
            disk, entropy, clock.now().wall_ms, print,
        )

    def halt(reason: str) -> None:
        logging.getLogger("ottla").error("halting: %s", reason)
        os._exit(1)

    node = Node(config, World(disk, entropy, clock, halt))
    stop = asyncio.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sig, stop.set)
    await node.start()
    await stop.wait()
    await node.stop()
    return 0
