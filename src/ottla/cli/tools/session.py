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
from ottla.dial.notices import Notice, TopicsInTrouble, Unreachable
from ottla.model.config.config_exception import ConfigException

Result = TypeVar("Result")
_HOST_PORT = re.compile(r"(?:[0-9a-zA-Z\-]+://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)")
_PORT_MAX = 65_535


def with_admin(
    bootstrap: str,
    properties: Mapping[str, str],
    talk: Callable[[Cluster], Awaitable[Result]],
    *,
    of_controllers: bool = False,
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
    notify = say_aloud("AdminClient", settings.client_id)
    cluster = Cluster(addresses, settings, notify, of_controllers=of_controllers)
    return asyncio.run(_talk(cluster, talk))


async def _talk(cluster: Cluster, talk: Callable[[Cluster], Awaitable[Result]]) -> Result:
    try:
        return await talk(cluster)
    finally:
        await cluster.close()


def say_aloud(kind: str, client_id: str) -> Callable[[Notice], None]:
    """Kafka's log lines for what a client of `kind` notices."""
    who, logger = f"[{kind} clientId={client_id}]", "org.apache.kafka.clients.NetworkClient"

    def say(notice: Notice) -> None:
        match notice:
            case Unreachable(node):
                address = f"{node.host}/{_ip(node.host)}:{node.port}"
                log(
                    "WARN",
                    f"{who} Connection to node {node.id} ({address}) could not be established. "
                    "Node may not be available.",
                    logger,
                )
                if node.id < 0 and kind != "AdminClient":
                    name = f"{node.host}:{node.port} (id: {node.id} rack: null isFenced: false)"
                    log("WARN", f"{who} Bootstrap broker {name} disconnected", logger)
            case TopicsInTrouble(errors) if kind != "AdminClient":
                listed = ", ".join(f"{topic}={error}" for topic, error in errors.items())
                log(
                    "WARN",
                    f"{who} The metadata response from the cluster reported a recoverable issue with "
                    f"correlation id 1 : {{{listed}}}",
                    logger,
                )
                invalid = [topic for topic, error in errors.items() if error == "INVALID_TOPIC_EXCEPTION"]
                if invalid:
                    text = f"{who} Metadata response reported invalid topics [{', '.join(invalid)}]"
                    log("ERROR", text, "org.apache.kafka.clients.Metadata")

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
