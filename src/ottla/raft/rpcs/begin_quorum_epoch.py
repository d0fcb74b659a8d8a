"""BeginQuorumEpoch (53), versions 0-1: a new leader tells the voters (KIP-595, endpoints by KIP-853)."""

from ottla.model.errors import ErrorCode
from ottla.raft.effects import Answer
from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    error_of,
    is_addressee,
    is_cluster,
    leader_id_or_none,
    leader_nodes,
    named_endpoints,
    only_partition,
    refuse_as_voter,
    settle_common,
    settle_top_level,
    told_leadership,
)
from ottla.raft.states.leader import Leader
from ottla.raft.transitions import take_over_leader
from ottla.raft.voters import ReplicaKey
from ottla.wire.message import Message
from ottla.wire.messages import begin_quorum_epoch_request, begin_quorum_epoch_response


def request(replica: Replica, voter: ReplicaKey) -> begin_quorum_epoch_request.BeginQuorumEpochRequest:
    partition = begin_quorum_epoch_request.PartitionData(
        partition_index=PARTITION,
        voter_directory_id=voter.directory_id,
        leader_id=replica.node_id,
        leader_epoch=replica.state.epoch,
    )
    return begin_quorum_epoch_request.BeginQuorumEpochRequest(
        cluster_id=replica.identity.cluster_id,
        voter_id=voter.node_id,
        topics=[begin_quorum_epoch_request.TopicData(topic_name=TOPIC, partitions=[partition])],
        leader_endpoints=[
            begin_quorum_epoch_request.LeaderEndpoint(name=name, host=address.host, port=address.port)
            for name, address in replica.identity.endpoints.items()
        ],
    )


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, begin_quorum_epoch_request.BeginQuorumEpochRequest), (
        "it was sent here by its key"
    )
    if not is_cluster(replica, asked.cluster_id):
        _refuse_whole(replica, event, ErrorCode.INCONSISTENT_CLUSTER_ID)
        return
    partition = only_partition(asked.topics)
    if partition is None:
        _refuse_whole(replica, event, ErrorCode.INVALID_REQUEST)
        return
    error = _follow(replica, asked, partition)
    told = begin_quorum_epoch_response.PartitionData(
        partition_index=PARTITION,
        error_code=error,
        leader_id=leader_id_or_none(replica),
        leader_epoch=replica.state.epoch,
    )
    response = begin_quorum_epoch_response.BeginQuorumEpochResponse(
        topics=[begin_quorum_epoch_response.TopicData(topic_name=TOPIC, partitions=[told])],
        node_endpoints=leader_nodes(
            replica, event.listener, begin_quorum_epoch_response.NodeEndpoint, served=event.version >= 1
        ),
    )
    replica.emit(Answer(event.ticket, response))


def settle(replica: Replica, node_id: int, response: Message) -> bool:
    assert isinstance(response, begin_quorum_epoch_response.BeginQuorumEpochResponse), (
        "it was sent here by its key"
    )
    top_level = error_of(response.error_code)
    if top_level is not ErrorCode.NONE:
        return settle_top_level(top_level)
    partition = only_partition(response.topics)
    if partition is None:
        return False
    told = told_leadership(replica, partition.leader_id, partition.leader_epoch, response.node_endpoints)
    settled = settle_common(replica, error_of(partition.error_code), told)
    if settled is not None:
        return settled
    if partition.error_code != ErrorCode.NONE:
        return False
    if isinstance(replica.state, Leader) and node_id in replica.state.voters:
        replica.state.voters[node_id].has_acknowledged = True
    return True


def _follow(
    replica: Replica,
    asked: begin_quorum_epoch_request.BeginQuorumEpochRequest,
    partition: begin_quorum_epoch_request.PartitionData,
) -> ErrorCode:
    refused = refuse_as_voter(replica, partition.leader_id, partition.leader_epoch)
    if refused is not None:
        return refused
    endpoints = named_endpoints(asked.leader_endpoints) or replica.voter_set.endpoints(partition.leader_id)
    take_over_leader(replica, partition.leader_id, partition.leader_epoch, endpoints)
    if not is_addressee(replica, asked.voter_id, partition.voter_directory_id):
        return ErrorCode.INVALID_VOTER_KEY
    return ErrorCode.NONE


def _refuse_whole(replica: Replica, event: RequestReceived, error: ErrorCode) -> None:
    response = begin_quorum_epoch_response.BeginQuorumEpochResponse(error_code=error)
    replica.emit(Answer(event.ticket, response))
