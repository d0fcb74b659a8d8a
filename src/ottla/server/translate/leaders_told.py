"""Tells who asked a broker that does not lead where the leader is: he need not look for it (KIP-951)."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from ottla.metadata.topics import Topic
from ottla.server.context import RequestContext


class _Told(Protocol):
    """A partition of a response; produce and fetch have a class each."""

    error_code: int
    current_leader: Any


def tell_leaders(
    topic: Topic | None, partitions: Iterable[tuple[int, _Told]], errors: frozenset[int]
) -> set[int]:
    """Fill in the leaders of those partitions (by index) that failed with one of `errors`; who they are."""
    leaders = set()
    for index, told in partitions:
        found = topic.partitions.get(index) if topic is not None and told.error_code in errors else None
        if found is not None:
            told.current_leader.leader_id = found.leader
            told.current_leader.leader_epoch = found.leader_epoch
            leaders.add(found.leader)
    return leaders


def endpoints(leaders: set[int], context: RequestContext, build: Callable[..., Any]) -> list[Any]:
    """The addresses of `leaders` on the listener that was asked, as `build` makes them."""
    found = []
    for leader in sorted(leaders):
        broker = context.image.brokers.get(leader)
        endpoint = broker.endpoint(context.listener.name) if broker is not None else None
        if broker is not None and endpoint is not None:
            found.append(build(node_id=leader, host=endpoint.host, port=endpoint.port, rack=broker.rack))
    return found
