"""Which state a replica starts in, from what it remembers (Kafka's `QuorumState.initialize`)."""

from ottla.raft.effects import LoadSnapshot
from ottla.raft.election import Election
from ottla.raft.election_state import ElectionState
from ottla.raft.replica import Replica, State
from ottla.raft.states.candidate import Candidate
from ottla.raft.states.follower import Follower
from ottla.raft.states.resigned import Resigned
from ottla.raft.states.unattached import Unattached
from ottla.raft.transitions import become_leader, become_prospective, enter


def start(replica: Replica, remembered: ElectionState) -> None:
    """Enter the first state; a quorum of one leads before this returns."""
    snapshot = replica.log.latest_snapshot
    if snapshot is not None:
        replica.emit(LoadSnapshot(snapshot))
        # What a snapshot holds is committed.
        replica.high_watermark = snapshot.offset or None
    enter(replica, _first_state(replica, remembered))
    state = replica.state
    if isinstance(state, Candidate):
        if state.election.is_won:
            become_leader(replica)
    elif replica.is_only_voter:
        become_prospective(replica)


def _first_state(replica: Replica, remembered: ElectionState) -> State:
    key, deadline = replica.identity.key, replica.election_deadline()
    waits_until = deadline if replica.is_voter else None
    if remembered.epoch < replica.log.last_epoch:
        # The file is older than the log: nothing that it says is of use, and the log's epoch is over for us.
        return Unattached(replica.log.last_epoch, None, None, waits_until)
    if remembered.leader_id == key.node_id:
        others = set(replica.voter_set.ids) - {key.node_id}
        return Resigned(remembered.epoch, key.node_id, replica.identity.endpoints, others, [], deadline)
    if remembered.voted_for(key) and remembered.leader_id is None and replica.is_voter:
        election = Election.begun_by(key.node_id, replica.voter_set)
        return Candidate(remembered.epoch, key, election, deadline)
    leader_id = remembered.leader_id
    endpoints = replica.voter_set.endpoints(leader_id) if leader_id is not None else {}
    if leader_id is None or not endpoints:
        return Unattached(remembered.epoch, leader_id, remembered.voted_key, waits_until)
    fetch_deadline = replica.now.mono_ms + replica.config.fetch_timeout_ms
    return Follower(
        remembered.epoch, leader_id, endpoints, remembered.voted_key, fetch_deadline, fetch_deadline
    )
