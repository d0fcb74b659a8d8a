"""Candidate: ask for votes until the election is decided or its time is over."""

from ottla.raft.duties.asking import ask_for_votes, earliest
from ottla.raft.replica import Replica
from ottla.raft.states.candidate import Candidate
from ottla.raft.transitions import become_prospective, become_unattached


def perform(replica: Replica, state: Candidate) -> int | None:
    deadline: int | None = state.election_deadline_ms
    if replica.shutdown is not None:
        # Who wins while it leaves can resign in order.
        deadline = None
    elif state.election_deadline_ms <= replica.now.mono_ms:
        if replica.is_voter:
            become_prospective(replica)
        else:
            become_unattached(replica, state.epoch + 1)
        return None
    if state.election.is_lost:
        return deadline
    ready = ask_for_votes(replica, state.election, pre_vote=False)
    return earliest(ready, deadline)
