"""One tool's talk with a cluster: addresses, properties, what it says when nobody answers, and the loop."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from ottla.cli.tools.client_properties import ClientProperties
from ottla.cli.tools.ending import Failure
from ottla.cli.tools.log_line import log
from ottla.dial.cluster import Address, Cluster
from ottla.link.cluster_view import NodeAddress
from ottla.model.config.config_exception import ConfigException

Result = TypeVar("Result")
_HOST_PORT = re.compile(r"(?:[0-9a-zA-Z\-]+://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)")
_PORT_MAX = 65_535


def with_admin(
    bootstrap: str,
    properties: Mapping[str, str],
    talk: Callable[[Cluster], Awaitable[Result]],
) -> Result:
    """Run `talk` with an administrator's connections, which are closed behind it."""
    known = ClientProperties({**properties})
    settings = known.settings("adminclient-1")
    try:
        addresses = addresses_of(bootstrap)
    except ConfigException as error:
        raise Failure(
            "Failed to create new KafkaAdminClient", "org.apache.kafka.common.KafkaException"
        ) from error
    cluster = Cluster(addresses, settings, unreachable("AdminClient", settings.client_id))
    return asyncio.run(_talk(cluster, talk))


async def _talk(cluster: Cluster, talk: Callable[[Cluster], Awaitable[Result]]) -> Result:
    try:
        return await talk(cluster)
    finally:
        await cluster.close()


def unreachable(kind: str, client_id: str) -> Callable[[NodeAddress], None]:
    """What is said of a node that can't be reached."""

    def say(node: NodeAddress) -> None:
        log(
            "WARN",
            f"[{kind} clientId={client_id}] Connection to node {node.id} ({node.host}/{_ip(node.host)}:"
            f"{node.port}) could not be established. Node may not be available.",
            "org.apache.kafka.clients.NetworkClient",
        )

    return say


def addresses_of(bootstrap: str) -> list[Address]:
    """The addresses in a bootstrap list that have an IP address. Raises ConfigException."""
    found = []
    for url in bootstrap.split(","):
        word = url.strip()
        if not word:
            continue
        parts = _HOST_PORT.fullmatch(word)
        if parts is None:
            raise ConfigException(f"Invalid url in bootstrap.servers: {word}")
        if int(parts[2]) > _PORT_MAX:
            raise ConfigException(f"Invalid port in bootstrap.servers: {word}")
        if _ip(parts[1]) is None:
            log(
                "WARN",
                f"Couldn't resolve server {word} from bootstrap.servers as DNS resolution failed for "
                f"{parts[1]}",
                "org.apache.kafka.clients.ClientUtils",
            )
        else:
            found.append((parts[1], int(parts[2])))
    if not found:
        raise ConfigException("No resolvable bootstrap urls given in bootstrap.servers")
    return found


def _ip(host: str) -> str | None:
    try:
        return socket.gethostbyname(host)
    except OSError:
        return None
