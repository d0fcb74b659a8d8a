"""Follower and observer: fetch from the leader without a pause.

A voter that hears nothing asks for an election.
"""

from ottla.raft.duties.asking import ask, ask_any_bootstrap_server, earliest, fetch_request, may_fetch
from ottla.raft.replica import Replica
from ottla.raft.states.follower import Follower
from ottla.raft.transitions import become_prospective
from ottla.raft.voters import Node


def perform(replica: Replica, state: Follower) -> int | None:
    leader = _leader_node(replica, state)
    if leader is None:
        return ask_any_bootstrap_server(replica)
    if not replica.is_voter:
        return _join_or_fetch(replica, state, leader)
    if replica.shutdown is not None:
        return None
    if state.fetch_deadline_ms <= replica.now.mono_ms:
        become_prospective(replica)
        return None
    return earliest(_update_or_fetch(replica, state, leader), state.fetch_deadline_ms)


def _join_or_fetch(replica: Replica, state: Follower, leader: Node) -> int | None:
    """A controller that may join by itself asks to vote, after its node's former directory votes no more."""
    now_ms = replica.now.mono_ms
    wants_to_vote = replica.config.auto_join and replica.identity.can_become_voter
    if not wants_to_vote or replica.voters.kraft_version == 0 or state.update_voter_deadline_ms > now_ms:
        return _fetch_from_best_node(replica, state, leader)
    from ottla.raft.rpcs import add_raft_voter, remove_raft_voter  # rarely needed

    former = replica.voter_set.by_id.get(replica.node_id)
    if replica.connections.busy_until(leader.node_id, now_ms) is None:
        state.update_voter_deadline_ms = now_ms + replica.config.fetch_timeout_ms
    if former is not None:
        return ask(replica, leader, lambda: remove_raft_voter.request(replica, former.key))
    return ask(replica, leader, lambda: add_raft_voter.request(replica))


def _update_or_fetch(replica: Replica, state: Follower, leader: Node) -> int | None:
    """Once in a while, if the leader's picture of this voter is not true, tell it instead of fetching."""
    now_ms = replica.now.mono_ms
    if state.update_voter_deadline_ms > now_ms:
        return _fetch_from_best_node(replica, state, leader)
    if not _should_update_voter(replica, state):
        state.update_voter_deadline_ms = now_ms + replica.config.fetch_timeout_ms
        return _fetch_from_best_node(replica, state, leader)
    if replica.connections.busy_until(leader.node_id, now_ms) is None:
        state.update_voter_deadline_ms = now_ms + replica.config.fetch_timeout_ms
    from ottla.raft.rpcs import update_raft_voter  # rarely needed

    return ask(replica, leader, lambda: update_raft_voter.request(replica))


def _should_update_voter(replica: Replica, state: Follower) -> bool:
    if replica.voters.kraft_version == 0:
        return not state.has_updated_leader
    return replica.voter_set.needs_update(replica.local_voter)


def _fetch_from_best_node(replica: Replica, state: Follower, leader: Node) -> int | None:
    """From the leader; while it does not answer, from anyone who may know another."""
    now_ms, connections = replica.now.mono_ms, replica.connections
    if connections.has_timed_out(leader.node_id, now_ms):
        connections.reset(leader.node_id)
        return ask_any_bootstrap_server(replica)
    if connections.is_backing_off(leader.node_id, now_ms):
        return earliest(ask_any_bootstrap_server(replica), connections.busy_until(leader.node_id, now_ms))
    in_flight = connections.in_flight_until(now_ms)
    if in_flight is not None or not may_fetch(replica):
        return in_flight
    fetching = state.fetching_snapshot
    if fetching is not None:
        from ottla.raft.rpcs import snapshot_download  # rarely needed

        return ask(replica, leader, lambda: snapshot_download.request(replica, fetching))
    return ask(replica, leader, lambda: fetch_request(replica))


def _leader_node(replica: Replica, state: Follower) -> Node | None:
    address = state.leader_endpoints.get(replica.identity.listener)
    return Node(state.leader_id, *address) if address is not None else None
