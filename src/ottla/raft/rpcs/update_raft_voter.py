"""UpdateRaftVoter (82), version 0.

A voter tells the leader its directory, endpoints and kraft.versions (KIP-853). With kraft.version 0 the
leader keeps that in memory, which is what an upgrade to 1 needs; later it goes into the log.
"""

from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO, Uuid
from ottla.raft.control_records import control_records_batch, voter_set_record
from ottla.raft.effects import Answer
from ottla.raft.events import RequestReceived
from ottla.raft.leader_log import append_as_leader
from ottla.raft.replica import Replica
from ottla.raft.rpcs.envelope import (
    Leadership,
    error_of,
    is_cluster,
    leader_id_or_none,
    named_endpoints,
    refuse_as_leader,
    settle_common,
)
from ottla.raft.rpcs.replication import heard_from_leader
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.voters import SUPPORTED_KRAFT_VERSIONS, Address, ReplicaKey, VersionRange, Voter, VoterSet
from ottla.wire.message import Message
from ottla.wire.messages import update_raft_voter_request, update_raft_voter_response


def request(replica: Replica) -> update_raft_voter_request.UpdateRaftVoterRequest:
    return update_raft_voter_request.UpdateRaftVoterRequest(
        cluster_id=replica.identity.cluster_id,
        current_leader_epoch=replica.state.epoch,
        voter_id=replica.node_id,
        voter_directory_id=replica.identity.key.directory_id,
        listeners=[
            update_raft_voter_request.Listener(name=name, host=address.host, port=address.port)
            for name, address in replica.identity.endpoints.items()
        ],
        kraft_version_feature=update_raft_voter_request.KRaftVersionFeature(
            min_supported_version=SUPPORTED_KRAFT_VERSIONS.lowest,
            max_supported_version=SUPPORTED_KRAFT_VERSIONS.highest,
        ),
    )


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, update_raft_voter_request.UpdateRaftVoterRequest), "sent by its key"
    error = _take(replica, asked)
    response = update_raft_voter_response.UpdateRaftVoterResponse(error_code=error)
    response.current_leader.leader_id = leader_id_or_none(replica)
    response.current_leader.leader_epoch = replica.state.epoch
    address = replica.state.leader_endpoints.get(event.listener)
    if address is not None:
        response.current_leader.host, response.current_leader.port = address
    replica.emit(Answer(event.ticket, response))


def settle(replica: Replica, response: Message) -> bool:
    assert isinstance(response, update_raft_voter_response.UpdateRaftVoterResponse), (
        "it was sent here by its key"
    )
    leader, error = response.current_leader, error_of(response.error_code)
    told = Leadership(None, leader.leader_epoch, {})
    if leader.leader_id >= 0:
        endpoints = {replica.identity.listener: Address(leader.host, leader.port)} if leader.host else {}
        known = endpoints or replica.voter_set.endpoints(leader.leader_id)
        told = Leadership(leader.leader_id, leader.leader_epoch, known)
    settled = settle_common(replica, error, told)
    if settled is not None:
        return settled
    if error not in (ErrorCode.NONE, ErrorCode.UNSUPPORTED_VERSION):
        return False
    if isinstance(replica.state, Follower):
        replica.state.has_updated_leader = True
        heard_from_leader(replica, replica.state)
    return True


def _take(replica: Replica, asked: update_raft_voter_request.UpdateRaftVoterRequest) -> ErrorCode:
    if not is_cluster(replica, asked.cluster_id):
        return ErrorCode.INCONSISTENT_CLUSTER_ID
    refused = refuse_as_leader(replica, asked.current_leader_epoch)
    leader = replica.state
    if refused is not None or not isinstance(leader, Leader):
        return refused or ErrorCode.NOT_LEADER_OR_FOLLOWER
    voter = _voter(replica, asked)
    if voter is None:
        return ErrorCode.INVALID_REQUEST
    voters = _settled_voters(replica, leader)
    if voters is None:
        return ErrorCode.REQUEST_TIMED_OUT
    level = replica.voters.kraft_version
    if not voter.kraft_versions.lowest <= level <= voter.kraft_versions.highest:
        return ErrorCode.INVALID_REQUEST
    updated = voters.updated(voter, ignoring_directory=level == 0)
    if updated is None:
        return ErrorCode.VOTER_NOT_FOUND
    if level == 0:
        leader.volatile_voters = updated
    else:
        append_as_leader(
            replica, leader, control_records_batch([voter_set_record(updated)], replica.now.wall_ms)
        )
    if voter.key.node_id != replica.node_id:
        leader.heard_from(voter.key, replica.now.mono_ms)
    return ErrorCode.NONE


def _voter(replica: Replica, asked: update_raft_voter_request.UpdateRaftVoterRequest) -> Voter | None:
    """Who asks; None if what it says about itself cannot be."""
    feature, endpoints = asked.kraft_version_feature, named_endpoints(asked.listeners)
    levels = VersionRange(feature.min_supported_version, feature.max_supported_version)
    key = ReplicaKey(asked.voter_id, Uuid(asked.voter_directory_id))
    is_named = key.node_id >= 0 and key.directory_id != ZERO
    if not is_named or replica.identity.listener not in endpoints or not 0 <= levels.lowest <= levels.highest:
        return None
    return Voter(key, endpoints, levels)


def _settled_voters(replica: Replica, leader: Leader) -> VoterSet | None:
    """The voters to change.

    None while an earlier change, or the leader's epoch itself, is not committed yet.
    """
    if leader.high_watermark is None:
        return None
    if replica.voters.kraft_version == 0:
        return leader.volatile_voters
    offset = replica.voters.last_offset
    return replica.voter_set if offset is not None and offset < leader.high_watermark else None
