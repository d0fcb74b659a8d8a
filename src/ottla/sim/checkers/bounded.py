"""I20: what a node keeps in memory stays bounded, whatever clients do."""

from ottla.sim.history import Violation
from ottla.sim.world import SimWorld

_DEADLINES_MAX = 2_500
"""Cancelled ones are dropped a thousand at a time."""


def check_bounds(world: SimWorld) -> None:
    """Raises Violation."""
    node = world.running
    open_now = world.network.accepted
    if len(node.acceptor) > open_now:
        raise Violation(f"I20 the node keeps {len(node.acceptor)} connections, {open_now} are open")
    if len(node.deadlines) > _DEADLINES_MAX:
        raise Violation(f"I20 {len(node.deadlines)} deadlines are set")
