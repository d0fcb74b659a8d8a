"""EndQuorumEpoch (54), versions 0-1: a leader goes, and names who should come next (KIP-595)."""

from collections.abc import Sequence

from ottla.model.errors import ErrorCode
from ottla.model.uuid import Uuid
from ottla.raft.effects import Answer
from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    error_of,
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
from ottla.raft.states.follower import Follower
from ottla.raft.states.resigned import Resigned
from ottla.raft.transitions import take_over_leader
from ottla.raft.voters import ReplicaKey
from ottla.wire.message import Message
from ottla.wire.messages import end_quorum_epoch_request, end_quorum_epoch_response


def request(replica: Replica, resigned: Resigned) -> end_quorum_epoch_request.EndQuorumEpochRequest:
    successors = resigned.preferred_successors
    partition = end_quorum_epoch_request.PartitionData(
        partition_index=PARTITION,
        leader_id=replica.node_id,
        leader_epoch=resigned.epoch,
        preferred_successors=[key.node_id for key in successors],
        preferred_candidates=[
            end_quorum_epoch_request.ReplicaInfo(
                candidate_id=key.node_id, candidate_directory_id=key.directory_id
            )
            for key in successors
        ],
    )
    return end_quorum_epoch_request.EndQuorumEpochRequest(
        cluster_id=replica.identity.cluster_id,
        topics=[end_quorum_epoch_request.TopicData(topic_name=TOPIC, partitions=[partition])],
    )


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, end_quorum_epoch_request.EndQuorumEpochRequest), "sent by its key"
    if not is_cluster(replica, asked.cluster_id):
        _refuse_whole(replica, event, ErrorCode.INCONSISTENT_CLUSTER_ID)
        return
    partition = only_partition(asked.topics)
    if partition is None:
        _refuse_whole(replica, event, ErrorCode.INVALID_REQUEST)
        return
    error = _leader_goes(replica, asked, partition)
    told = end_quorum_epoch_response.PartitionData(
        partition_index=PARTITION,
        error_code=error,
        leader_id=leader_id_or_none(replica),
        leader_epoch=replica.state.epoch,
    )
    response = end_quorum_epoch_response.EndQuorumEpochResponse(
        topics=[end_quorum_epoch_response.TopicData(topic_name=TOPIC, partitions=[told])],
        node_endpoints=leader_nodes(
            replica, event.listener, end_quorum_epoch_response.NodeEndpoint, served=event.version >= 1
        ),
    )
    replica.emit(Answer(event.ticket, response))


def settle(replica: Replica, node_id: int, response: Message) -> bool:
    assert isinstance(response, end_quorum_epoch_response.EndQuorumEpochResponse), (
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
    if isinstance(replica.state, Resigned):
        replica.state.unacknowledged.discard(node_id)
    return True


def election_backoff_ms(backoff_max_ms: int, successors: Sequence[ReplicaKey], own: ReplicaKey) -> int:
    """How long to wait for an election.

    The best successor not at all, each next one twice as long as the one before.
    """
    position = next((at for at, key in enumerate(successors) if _names(key, own)), len(successors))
    if position == 0:
        return 0
    if position >= len(successors):
        return backoff_max_ms
    return min(backoff_max_ms, (backoff_max_ms >> (len(successors) - 1)) << (position - 1))


def _names(key: ReplicaKey, own: ReplicaKey) -> bool:
    return key in (own, ReplicaKey(own.node_id))


def _leader_goes(
    replica: Replica,
    asked: end_quorum_epoch_request.EndQuorumEpochRequest,
    partition: end_quorum_epoch_request.PartitionData,
) -> ErrorCode:
    refused = refuse_as_voter(replica, partition.leader_id, partition.leader_epoch)
    if refused is not None:
        return refused
    endpoints = named_endpoints(asked.leader_endpoints) or replica.voter_set.endpoints(partition.leader_id)
    take_over_leader(replica, partition.leader_id, partition.leader_epoch, endpoints)
    state = replica.state
    if isinstance(state, Follower) and state.leader_id == partition.leader_id:
        backoff_ms = election_backoff_ms(
            replica.config.election_backoff_max_ms, _successors(partition), replica.identity.key
        )
        state.fetch_deadline_ms = replica.now.mono_ms + backoff_ms
    return ErrorCode.NONE


def _successors(partition: end_quorum_epoch_request.PartitionData) -> list[ReplicaKey]:
    if partition.preferred_candidates:
        return [
            ReplicaKey(info.candidate_id, Uuid(info.candidate_directory_id))
            for info in partition.preferred_candidates
        ]
    return [ReplicaKey(node_id) for node_id in partition.preferred_successors]


def _refuse_whole(replica: Replica, event: RequestReceived, error: ErrorCode) -> None:
    response = end_quorum_epoch_response.EndQuorumEpochResponse(error_code=error)
    replica.emit(Answer(event.ticket, response))
