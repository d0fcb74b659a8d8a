"""Prospective: ask for pre-votes until the election is decided or its time is over."""

from ottla.raft.duties.asking import ask_for_votes, earliest
from ottla.raft.replica import Replica
from ottla.raft.states.prospective import Prospective
from ottla.raft.transitions import after_lost_pre_vote


def perform(replica: Replica, state: Prospective) -> int | None:
    deadline: int | None = state.election_deadline_ms
    if replica.shutdown is not None:
        deadline = None
    elif state.election_deadline_ms <= replica.now.mono_ms:
        after_lost_pre_vote(replica, state)
        return None
    if state.election.is_lost:
        return deadline
    ready = ask_for_votes(replica, state.election, pre_vote=True)
    return earliest(ready, deadline)
