"""DescribeQuorum (55), versions 0-2: who leads, and how far each voter and observer is (KIP-836, 853)."""

from ottla.model.errors import ErrorCode
from ottla.raft.effects import Answer
from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica
from ottla.raft.rpcs.envelope import PARTITION, TOPIC, only_partition
from ottla.raft.states.leader import Leader, Progress
from ottla.wire.messages import describe_quorum_request, describe_quorum_response


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, describe_quorum_request.DescribeQuorumRequest), "sent by its key"
    if only_partition(asked.topics) is None:
        replica.emit(Answer(event.ticket, _unknown_partitions(asked)))
        return
    leader = replica.state
    if not isinstance(leader, Leader):
        told = _refused(PARTITION, ErrorCode.NOT_LEADER_OR_FOLLOWER)
        replica.emit(Answer(event.ticket, _response(TOPIC, told)))
        return
    replica.emit(Answer(event.ticket, _described(replica, leader, event.version)))


def _described(
    replica: Replica, leader: Leader, version: int
) -> describe_quorum_response.DescribeQuorumResponse:
    leader.forget_silent_observers(replica.now.mono_ms)
    voters = [progress for _, progress in sorted(leader.voters.items())]
    observers = [progress for _, progress in sorted(leader.observers.items())]
    told = describe_quorum_response.PartitionData(
        partition_index=PARTITION,
        leader_id=leader.leader_id,
        leader_epoch=leader.epoch,
        high_watermark=leader.high_watermark if leader.high_watermark is not None else -1,
        current_voters=[_progress(replica, leader, progress, version) for progress in voters],
        observers=[_progress(replica, leader, progress, version) for progress in observers],
    )
    response = _response(TOPIC, told)
    if version >= 2:
        response.nodes = [_node(progress) for progress in voters]
    return response


def _progress(
    replica: Replica, leader: Leader, progress: Progress, version: int
) -> describe_quorum_response.ReplicaState:
    """The leader has always just heard from itself."""
    is_leader = progress.key.node_id == leader.leader_id
    end_offset = replica.log.end_offset if is_leader else progress.end_offset
    state = describe_quorum_response.ReplicaState(
        replica_id=progress.key.node_id,
        log_end_offset=end_offset if end_offset is not None else -1,
        last_caught_up_timestamp=replica.now.wall_ms if is_leader else progress.last_caught_up_wall_ms,
        last_fetch_timestamp=replica.now.wall_ms if is_leader else progress.last_fetch_wall_ms,
    )
    if version >= 2:
        state.replica_directory_id = progress.key.directory_id
    return state


def _node(progress: Progress) -> describe_quorum_response.Node:
    listeners = [
        describe_quorum_response.Listener(name=name, host=address.host, port=address.port)
        for name, address in progress.endpoints.items()
    ]
    return describe_quorum_response.Node(node_id=progress.key.node_id, listeners=listeners)


def _unknown_partitions(
    asked: describe_quorum_request.DescribeQuorumRequest,
) -> describe_quorum_response.DescribeQuorumResponse:
    topics = [
        describe_quorum_response.TopicData(
            topic_name=topic.topic_name,
            partitions=[
                _refused(partition.partition_index, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
                for partition in topic.partitions
            ],
        )
        for topic in asked.topics
    ]
    return describe_quorum_response.DescribeQuorumResponse(topics=topics)


def _refused(index: int, error: ErrorCode) -> describe_quorum_response.PartitionData:
    return describe_quorum_response.PartitionData(
        partition_index=index, error_code=error, error_message=error.text
    )


def _response(
    topic: str, told: describe_quorum_response.PartitionData
) -> describe_quorum_response.DescribeQuorumResponse:
    topics = [describe_quorum_response.TopicData(topic_name=topic, partitions=[told])]
    return describe_quorum_response.DescribeQuorumResponse(topics=topics)
