"""I20: what a node keeps in memory stays bounded, whatever clients do."""

from ottla.node.node import Node
from ottla.sim.history import Violation

_CONNECTIONS_MAX = 200
_DEADLINES_MAX = 20_000


def check_bounds(node: Node) -> None:
    """Raises Violation."""
    if len(node.acceptor) > _CONNECTIONS_MAX:
        raise Violation(f"I20 {len(node.acceptor)} connections are open")
    if len(node.deadlines) > _DEADLINES_MAX:
        raise Violation(f"I20 {len(node.deadlines)} deadlines are set")
