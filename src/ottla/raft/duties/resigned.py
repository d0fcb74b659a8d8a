"""Resigned: tell the voters, then wait for the next leader, or begin anew without one."""

from ottla.raft.duties.asking import ask_voters, earliest
from ottla.raft.replica import Replica
from ottla.raft.states.resigned import Resigned
from ottla.raft.transitions import become_unattached


def perform(replica: Replica, state: Resigned) -> int | None:
    ready = _tell_voters(replica, state)
    if replica.shutdown is not None:
        return ready
    if state.election_deadline_ms <= replica.now.mono_ms:
        # In this epoch everyone takes this replica for the leader; only a new one ends that.
        become_unattached(replica, state.epoch + 1)
        return None
    return earliest(ready, state.election_deadline_ms)


def _tell_voters(replica: Replica, state: Resigned) -> int | None:
    untold = [voter.key for voter in replica.voter_set.voters() if voter.key.node_id in state.unacknowledged]
    if not untold:
        return None
    from ottla.raft.rpcs import end_quorum_epoch  # a quorum of one has nobody to tell

    return ask_voters(replica, untold, lambda _: end_quorum_epoch.request(replica, state))
