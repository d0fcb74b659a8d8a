"""From one state to another. Each is durable before anything that follows it, where Raft demands it.

Kafka's `QuorumState` has the same methods; `reset_all` after each lets the new state ask without delay.
"""

from ottla.raft.control_records import (
    control_records_batch,
    kraft_version_record,
    leader_change_record,
    voter_set_record,
)
from ottla.raft.effects import DiscardSnapshot, LeaderChanged, LostLeadership, Transitioned
from ottla.raft.election import Election
from ottla.raft.leader_log import append_as_leader
from ottla.raft.replica import InconsistentQuorum, Replica, State
from ottla.raft.states.candidate import Candidate
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.states.prospective import Prospective
from ottla.raft.states.resigned import Resigned
from ottla.raft.states.unattached import Unattached
from ottla.raft.voter_history import BOOTSTRAP_OFFSET
from ottla.raft.voters import Endpoints, ReplicaKey
from ottla.wire.message import Message


def become_unattached(replica: Replica, epoch: int, leader_id: int | None = None) -> None:
    """Of a newer epoch, or of the same after an election that came to nothing; then the vote is kept."""
    before = replica.state
    assert epoch > before.epoch or isinstance(before, Prospective), "epochs never fall"
    voted = before.voted_key if epoch == before.epoch else None
    deadline = _election_deadline_kept(replica, before)
    enter(replica, Unattached(epoch, leader_id, voted, deadline))


def become_follower(replica: Replica, epoch: int, leader_id: int, endpoints: Endpoints) -> None:
    before = replica.state
    assert endpoints, "a leader is reached somewhere"
    assert leader_id != replica.node_id, "a replica does not follow itself"
    assert epoch >= before.epoch, "epochs never fall"
    assert epoch > before.epoch or not isinstance(before, Leader), "an epoch has one leader"
    voted = before.voted_key if epoch == before.epoch else None
    deadline = replica.now.mono_ms + replica.config.fetch_timeout_ms
    enter(replica, Follower(epoch, leader_id, dict(endpoints), voted, deadline, deadline))


def become_prospective(replica: Replica) -> None:
    """Ask for pre-votes; a quorum of one goes on to lead at once."""
    before = replica.state
    assert replica.is_voter, "only a voter stands for election"
    assert not isinstance(before, Leader | Prospective), "who leads or asks already does not ask"
    election = Election.begun_by(replica.node_id, replica.voter_set)
    deadline = replica.election_deadline()
    prospective = Prospective(
        before.epoch, before.leader_id, before.leader_endpoints, before.voted_key, election, deadline
    )
    enter(replica, prospective)
    if election.is_won:
        become_candidate(replica)


def become_candidate(replica: Replica) -> None:
    """Begin an epoch with an own vote in it."""
    before = replica.state
    assert isinstance(before, Prospective), "pre-votes come first"
    election = Election.begun_by(replica.node_id, replica.voter_set)
    enter(replica, Candidate(before.epoch + 1, replica.identity.key, election, replica.election_deadline()))
    if election.is_won:
        become_leader(replica)


def become_leader(replica: Replica) -> None:
    """Take over with the votes of a majority, and write the epoch's first records."""
    before = replica.state
    assert isinstance(before, Candidate), "only a candidate is elected"
    assert before.election.is_won, "a majority has voted"
    now_ms = replica.now.mono_ms
    leader = Leader(
        epoch=before.epoch,
        local=replica.local_voter,
        start_offset=replica.log.end_offset,
        granting=before.election.granting,
        config=replica.config,
        check_quorum_deadline_ms=now_ms + replica.config.check_quorum_timeout_ms,
        begin_quorum_epoch_deadline_ms=now_ms,
    )
    leader.take_voter_set(replica.voter_set)
    if replica.voters.kraft_version == 0:
        leader.volatile_voters = replica.voter_set.updated(leader.local, ignoring_directory=True)
    enter(replica, leader)
    append_as_leader(
        replica, leader, control_records_batch(_epoch_start(replica, leader), replica.now.wall_ms)
    )
    replica.linger_deadline_ms = now_ms


def become_resigned(replica: Replica) -> None:
    """Give up leadership without a successor yet."""
    before = replica.state
    assert isinstance(before, Leader), "only a leader resigns"
    unacknowledged = set(replica.voter_set.ids) - {replica.node_id}
    deadline = replica.election_deadline()
    endpoints = before.leader_endpoints
    enter(
        replica,
        Resigned(before.epoch, replica.node_id, endpoints, unacknowledged, before.successors(), deadline),
    )


def add_vote(replica: Replica, candidate: ReplicaKey) -> None:
    """Vote for `candidate` in this epoch, once and durably.

    It has as good a chance as we have, so wait anew.
    """
    state = replica.state
    assert isinstance(state, Unattached | Prospective), "others have voted or follow"
    assert state.voted_key is None, "one vote an epoch"
    assert candidate.node_id != replica.node_id, "an own vote is cast by becoming a candidate"
    state.voted_key = candidate
    state.election_deadline_ms = replica.election_deadline()
    replica.persist()


def after_lost_pre_vote(replica: Replica, prospective: Prospective) -> None:
    """Back to the leader that was known, if it can be reached."""
    if prospective.leader_id is not None and prospective.leader_endpoints:
        become_follower(replica, prospective.epoch, prospective.leader_id, prospective.leader_endpoints)
    else:
        become_unattached(replica, prospective.epoch, prospective.leader_id)


def take_over_leader(replica: Replica, leader_id: int | None, epoch: int, endpoints: Endpoints) -> None:
    """Believe what a request or an answer says about the leader, if it is news."""
    state = replica.state
    _check_consistent(replica, leader_id, epoch)
    reachable = leader_id is not None and bool(endpoints)
    if epoch > state.epoch:
        if reachable and leader_id is not None:
            become_follower(replica, epoch, leader_id, endpoints)
        else:
            become_unattached(replica, epoch)
    elif epoch == state.epoch and reachable and leader_id is not None and leader_id != replica.node_id:
        knows_more = len(endpoints) > len(state.leader_endpoints)
        if state.leader_id is None or knows_more:
            become_follower(replica, epoch, leader_id, endpoints)


def _check_consistent(replica: Replica, leader_id: int | None, epoch: int) -> None:
    state = replica.state
    if leader_id is None or epoch != state.epoch:
        consistent = leader_id != replica.node_id or epoch < state.epoch
    elif leader_id == replica.node_id:
        consistent = isinstance(state, Leader | Resigned)
    else:
        consistent = state.leader_id in (None, leader_id)
    if not consistent:
        raise InconsistentQuorum(
            f"Received request or response with leader {leader_id} and epoch {epoch} which is inconsistent "
            f"with current leader {state.leader_id} and epoch {state.epoch}"
        )


def enter(replica: Replica, after: State) -> None:
    """The end of every transition: durable first, then known to others."""
    before = replica.state
    replica.state = after
    replica.persist()
    replica.connections.reset_all()
    if isinstance(before, Follower) and before.fetching_snapshot is not None:
        replica.emit(DiscardSnapshot(before.fetching_snapshot.snapshot))
    if isinstance(before, Leader) and before.has_announced:
        replica.emit(LostLeadership(before.epoch))
    replica.emit(Transitioned(_described(after)))
    # A new leader is announced when it may write, a resigned one is still the last that was known.
    if not isinstance(after, Leader | Resigned | Prospective):
        replica.emit(LeaderChanged(after.epoch, after.leader_id, dict(after.leader_endpoints)))


def _described(state: State) -> str:
    return (
        f"{type(state).__name__}(epoch={state.epoch}, leaderId={state.leader_id}, votedKey={state.voted_key})"
    )


def _election_deadline_kept(replica: Replica, before: State) -> int | None:
    """The wait that began in an earlier epoch goes on.

    That news of epochs cannot put elections off for ever.
    """
    if not replica.is_voter:
        return None
    if isinstance(before, Candidate | Resigned | Unattached) and before.election_deadline_ms is not None:
        return before.election_deadline_ms
    if isinstance(before, Prospective) and not before.election.is_lost:
        return before.election_deadline_ms
    return replica.election_deadline()


def _epoch_start(replica: Replica, leader: Leader) -> list[Message]:
    """LeaderChange; with it the voters, if the log never held them or holds old facts about this one."""
    history = replica.voters
    records = [leader_change_record(leader.leader_id, sorted(leader.voters), leader.granting)]
    if history.kraft_version == 0:
        return records
    assert history.last_offset is not None, "with kraft.version 1 the log or a snapshot holds voters"
    if history.last_offset == BOOTSTRAP_OFFSET or history.last.needs_update(leader.local):
        voters = history.last.updated(leader.local)
        assert voters is not None, "a leader is a voter"
        records += [kraft_version_record(history.kraft_version), voter_set_record(voters)]
    return records
