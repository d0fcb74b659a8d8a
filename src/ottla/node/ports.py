"""Whether what a node listens on is free: asked before anything is begun."""

import errno
import socket

from ottla.server.listener import Listener, bind_hosts


class PortTaken(Exception):
    """Another process listens there, or this one may not."""


def check_ports(listeners: tuple[Listener, ...]) -> None:
    """Raise PortTaken for the first listener that can't be bound."""
    for listener in listeners:
        hosts = bind_hosts(listener.host)
        for host in [hosts] if isinstance(hosts, str) or hosts is None else hosts:
            error = _bind_error(host, listener.port)
            if error is not None:
                shown = f"{listener.host or '0.0.0.0'}:{listener.port}"  # noqa: S104  # shown only
                raise PortTaken(
                    f"Socket server failed to bind to {shown}: {error.strerror}. {_advice(error)}"
                )


def is_free(port: int) -> bool:
    """Whether this machine's own clients can be served on `port`, by both families of addresses."""
    return not any(_bind_error(host, port) for host in bind_hosts("localhost") or ())


def free_port() -> int:
    """A port that is free now."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if is_free(port):
            return port


def _advice(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "Stop what uses the port, or change listeners (--port)."
    return "Change listeners (--port)."


def _bind_error(host: str | None, port: int) -> OSError | None:
    family = socket.AF_INET6 if host is not None and ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host or "", port))
    except socket.gaierror as error:
        return OSError(error.errno, f"the host {host} is not known")
    except OSError as error:
        return error
    return None
