"""Unattached: find the leader; a voter stands for election after a while."""

from ottla.raft.duties.asking import ask_any_bootstrap_server, earliest
from ottla.raft.replica import Replica
from ottla.raft.states.unattached import Unattached
from ottla.raft.transitions import become_prospective


def perform(replica: Replica, state: Unattached) -> int | None:
    if not replica.is_voter:
        return ask_any_bootstrap_server(replica)
    if replica.shutdown is not None:
        return None
    if state.election_deadline_ms is None:
        # It became a voter while it waited.
        state.election_deadline_ms = replica.election_deadline()
    if state.election_deadline_ms <= replica.now.mono_ms:
        become_prospective(replica)
        return None
    return earliest(ask_any_bootstrap_server(replica), state.election_deadline_ms)
