"""What a replica does unasked, one file per state: whom it asks, and when it moves on by itself."""

from typing import assert_never

from ottla.raft.duties import candidate, follower, leader, prospective, resigned, unattached
from ottla.raft.replica import Replica
from ottla.raft.states.candidate import Candidate
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.states.prospective import Prospective
from ottla.raft.states.resigned import Resigned
from ottla.raft.states.unattached import Unattached


def perform(replica: Replica) -> int | None:
    """Act on what is due; returns when to come again, in `mono_ms`, or None."""
    match replica.state:
        case Unattached() as state:
            return unattached.perform(replica, state)
        case Prospective() as state:
            return prospective.perform(replica, state)
        case Candidate() as state:
            return candidate.perform(replica, state)
        case Leader() as state:
            return leader.perform(replica, state)
        case Follower() as state:
            return follower.perform(replica, state)
        case Resigned() as state:
            return resigned.perform(replica, state)
        case _ as never:
            assert_never(never)
