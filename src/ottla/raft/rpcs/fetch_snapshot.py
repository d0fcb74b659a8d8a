"""FetchSnapshot (59), versions 0-1: the leader hands out a snapshot's bytes (KIP-630)."""

from collections.abc import Sequence

from ottla.model.errors import ErrorCode
from ottla.model.uuid import Uuid
from ottla.raft.effects import Answer, AnswerFromSnapshot
from ottla.raft.events import RequestReceived
from ottla.raft.positions import BOOTSTRAP_SNAPSHOT, EpochAndOffset
from ottla.raft.replica import Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    is_cluster,
    leader_id_or_none,
    leader_nodes,
    only_partition,
    refuse_as_leader,
)
from ottla.raft.states.leader import Leader
from ottla.raft.voters import ReplicaKey
from ottla.wire.messages import fetch_snapshot_request, fetch_snapshot_response


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, fetch_snapshot_request.FetchSnapshotRequest), "sent by its key"
    if not is_cluster(replica, asked.cluster_id):
        _refuse_whole(replica, event, ErrorCode.INCONSISTENT_CLUSTER_ID)
        return
    partition = only_partition(asked.topics, topic_name="name", index="partition")
    if partition is None:
        _refuse_other_partition(replica, event, asked.topics)
        return
    wanted = EpochAndOffset(partition.snapshot_id.epoch, partition.snapshot_id.end_offset)
    error = _what_is_wrong(replica, partition, wanted)
    told = fetch_snapshot_response.PartitionSnapshot(
        index=PARTITION,
        error_code=error,
        current_leader=fetch_snapshot_response.LeaderIdAndEpoch(
            leader_id=leader_id_or_none(replica), leader_epoch=replica.state.epoch
        ),
    )
    response = _response(replica, event, TOPIC, told)
    leader = replica.state
    if error is not ErrorCode.NONE or not isinstance(leader, Leader):
        replica.emit(Answer(event.ticket, response))
        return
    fetching = ReplicaKey(asked.replica_id, Uuid(partition.replica_directory_id))
    if fetching.node_id >= 0 and fetching.node_id != replica.node_id:
        leader.heard_from(fetching, replica.now.mono_ms)
    told.snapshot_id = fetch_snapshot_response.SnapshotId(end_offset=wanted.offset, epoch=wanted.epoch)
    told.size, told.position = replica.log.snapshot_sizes[wanted], partition.position
    max_bytes = min(asked.max_bytes, told.size)
    replica.emit(AnswerFromSnapshot(event.ticket, response, wanted, partition.position, max_bytes))


def _what_is_wrong(
    replica: Replica, partition: fetch_snapshot_request.PartitionSnapshot, wanted: EpochAndOffset
) -> ErrorCode:
    refused = refuse_as_leader(replica, partition.current_leader_epoch)
    if refused is not None:
        return refused
    # What the bootstrap snapshot holds, the first leader has written into the log.
    size = replica.log.snapshot_sizes.get(wanted) if wanted != BOOTSTRAP_SNAPSHOT else None
    if size is None:
        return ErrorCode.SNAPSHOT_NOT_FOUND
    if not 0 <= partition.position < size:
        return ErrorCode.POSITION_OUT_OF_RANGE
    return ErrorCode.NONE


def _response(
    replica: Replica, event: RequestReceived, topic: str, told: fetch_snapshot_response.PartitionSnapshot
) -> fetch_snapshot_response.FetchSnapshotResponse:
    return fetch_snapshot_response.FetchSnapshotResponse(
        topics=[fetch_snapshot_response.TopicSnapshot(name=topic, partitions=[told])],
        node_endpoints=leader_nodes(
            replica, event.listener, fetch_snapshot_response.NodeEndpoint, served=event.version >= 1
        ),
    )


def _refuse_other_partition(
    replica: Replica, event: RequestReceived, topics: Sequence[fetch_snapshot_request.TopicSnapshot]
) -> None:
    if not topics or not topics[0].partitions:
        _refuse_whole(replica, event, ErrorCode.INVALID_REQUEST)
        return
    told = fetch_snapshot_response.PartitionSnapshot(
        index=topics[0].partitions[0].partition, error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    )
    replica.emit(Answer(event.ticket, _response(replica, event, topics[0].name, told)))


def _refuse_whole(replica: Replica, event: RequestReceived, error: ErrorCode) -> None:
    response = fetch_snapshot_response.FetchSnapshotResponse(error_code=error)
    replica.emit(Answer(event.ticket, response))
