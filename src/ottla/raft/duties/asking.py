"""Requests to peers that are ready, and when the others will be."""

from collections.abc import Callable, Iterable
from functools import partial

from ottla.raft.election import Election
from ottla.raft.replica import Replica
from ottla.raft.voters import Node, ReplicaKey
from ottla.wire.message import Message


def ask(replica: Replica, destination: Node, request: Callable[[], Message]) -> int | None:
    """Send if the peer is ready; returns when it will be ready (again)."""
    until = replica.connections.busy_until(destination.node_id, replica.now.mono_ms)
    if until is not None:
        return until
    replica.send(destination, request())
    return replica.connections.busy_until(destination.node_id, replica.now.mono_ms)


def ask_voters(
    replica: Replica, voters: Iterable[ReplicaKey], request: Callable[[ReplicaKey], Message]
) -> int | None:
    """Send to each that is ready and reachable; returns when the first of them will be ready (again)."""
    deadlines: list[int | None] = []
    for key in voters:
        voter = replica.voter_set.by_id.get(key.node_id)
        node = voter.node(replica.identity.listener) if voter is not None else None
        if node is not None:
            deadlines.append(ask(replica, node, partial(request, key)))
    return earliest(*deadlines)


def ask_for_votes(replica: Replica, election: Election, *, pre_vote: bool) -> int | None:
    """Ask the voters that have not answered yet."""
    from ottla.raft.rpcs import vote  # a quorum of one has nobody to ask

    return ask_voters(
        replica, election.unrecorded(), lambda voter: vote.request(replica, voter, pre_vote=pre_vote)
    )


def ask_any_bootstrap_server(replica: Replica) -> int | None:
    """Fetch from any server that may know the leader, unless an answer is awaited from somebody."""
    now_ms, connections = replica.now.mono_ms, replica.connections
    in_flight = connections.in_flight_until(now_ms)
    servers = replica.identity.bootstrap_servers
    if in_flight is not None or not servers or not may_fetch(replica):
        return in_flight
    first = replica.entropy.below(len(servers))
    for server in servers[first:] + servers[:first]:
        if connections.busy_until(server.node_id, now_ms) is None:
            return ask(replica, server, lambda: fetch_request(replica))
    return earliest(*(connections.busy_until(server.node_id, now_ms) for server in servers))


def fetch_request(replica: Replica) -> Message:
    from ottla.raft.rpcs import replication  # a quorum of one never fetches

    return replication.request(replica)


def may_fetch(replica: Replica) -> bool:
    """A fetch tells the leader what is on the medium, so one that counts waits for the sync."""
    return not (replica.must_sync and replica.has_unsynced())


def earliest(*deadlines: int | None) -> int | None:
    return min((deadline for deadline in deadlines if deadline is not None), default=None)
