"""Addresses as the quorum's configuration writes them (`QuorumConfig`, `Utils.getHost`)."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ottla.model.config.config_exception import ConfigException

_HOST_PORT: Final = r"(?:[0-9a-zA-Z\-%._]*://)?\[?([0-9a-zA-Z\-%._:]*)]?:([0-9]+)"
_HOST: Final = r"[0-9a-zA-Z\-%._:]*"
QUORUM_VOTERS: Final = "controller.quorum.voters"
QUORUM_BOOTSTRAP_SERVERS: Final = "controller.quorum.bootstrap.servers"
NON_ROUTABLE_HOST: Final = "0.0.0.0"  # noqa: S104  # a sign in the configuration; nothing is bound to it


class HostPort(NamedTuple):
    """Where something listens, not resolved."""

    host: str
    port: int


def is_host(text: str) -> bool:
    """Whether `text` has the characters of a host name or an address."""
    return re.fullmatch(_HOST, text) is not None


def quorum_voters(entries: Iterable[str]) -> dict[int, HostPort]:
    """`id@host:port` each. Raises ConfigException."""
    voters = {}
    for entry in entries:
        parts = entry.rstrip("@").split("@")
        if len(parts) != 2:
            raise ConfigException(
                f"Invalid configuration value for {QUORUM_VOTERS}. Each entry should be in the form "
                "`{id}@{host}:{port}`."
            )
        voter_id = _voter_id(parts[0])
        voters[voter_id] = _voter_address(entry, parts[1])
    return voters


def quorum_bootstrap_servers(entries: Iterable[str]) -> list[HostPort]:
    """`host:port` each. Raises ConfigException."""
    servers = []
    for entry in entries:
        found = re.fullmatch(_HOST_PORT, entry)
        if found is None:
            raise ConfigException(
                f"Failed to parse host name from {entry} for the configuration {QUORUM_BOOTSTRAP_SERVERS}. "
                'Each entry should be in the form "{host}:{port}"'
            )
        servers.append(HostPort(found[1], int(found[2])))
    return servers


def _voter_id(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigException(f"Failed to parse voter ID as an integer from {text}", QUORUM_VOTERS) from None


def _voter_address(entry: str, address: str) -> HostPort:
    found = re.fullmatch(_HOST_PORT, address)
    if found is None:
        raise ConfigException(
            f"Failed to parse host name from entry {entry} for the configuration {QUORUM_VOTERS}. Each entry "
            "should be in the form `{id}@{host}:{port}`."
        )
    port = int(found[2])
    if port > 65_535:
        raise ConfigException(f"port out of range:{port}", QUORUM_VOTERS)
    return HostPort(found[1], port)
