"""One listener: where it is bound, how it is called, what clients are told."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that accepts Kafka connections."""

    name: str
    kind: Literal["broker", "controller"]
    host: str
    port: int


def bind_hosts(host: str) -> str | list[str] | None:
    """Where a listener on `host` is bound. `localhost` is this machine by both families of addresses."""
    if host != "localhost":
        return host or None
    return ["127.0.0.1", "::1"] if _has_ipv6_loopback() else ["127.0.0.1"]


def _has_ipv6_loopback() -> bool:
    """Containers often lack it."""
    import socket

    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
