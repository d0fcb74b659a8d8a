"""FetchSnapshot (59) as a follower asks that is too far behind for the log (KIP-630)."""

from ottla.model.errors import ErrorCode
from ottla.raft.batches import InvalidBatch, read_batches
from ottla.raft.control_records import note_control_records
from ottla.raft.effects import (
    BatchesRejected,
    CompleteSnapshot,
    DiscardSnapshot,
    HighWatermarkAdvanced,
    LoadSnapshot,
    RestartLogAt,
    WriteSnapshotChunk,
)
from ottla.raft.positions import EpochAndOffset
from ottla.raft.replica import InconsistentQuorum, Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    error_of,
    only_partition,
    settle_common,
    settle_top_level,
    told_leadership,
)
from ottla.raft.rpcs.replication import heard_from_leader
from ottla.raft.states.follower import FetchingSnapshot, Follower
from ottla.wire.message import Message
from ottla.wire.messages import fetch_snapshot_request, fetch_snapshot_response


def request(replica: Replica, fetching: FetchingSnapshot) -> fetch_snapshot_request.FetchSnapshotRequest:
    partition = fetch_snapshot_request.PartitionSnapshot(
        partition=PARTITION,
        current_leader_epoch=replica.state.epoch,
        snapshot_id=fetch_snapshot_request.SnapshotId(
            end_offset=fetching.snapshot.offset, epoch=fetching.snapshot.epoch
        ),
        position=fetching.position,
        replica_directory_id=replica.identity.key.directory_id,
    )
    return fetch_snapshot_request.FetchSnapshotRequest(
        cluster_id=replica.identity.cluster_id,
        replica_id=replica.node_id,
        max_bytes=replica.config.fetch_snapshot_max_bytes,
        topics=[fetch_snapshot_request.TopicSnapshot(name=TOPIC, partitions=[partition])],
    )


def settle(replica: Replica, response: Message) -> bool:
    assert isinstance(response, fetch_snapshot_response.FetchSnapshotResponse), "sent by its key"
    top_level = error_of(response.error_code)
    if top_level is not ErrorCode.NONE:
        return settle_top_level(top_level)
    partition = only_partition(response.topics, topic_name="name", index="index")
    if partition is None:
        return False
    leader = partition.current_leader
    told = told_leadership(replica, leader.leader_id, leader.leader_epoch, response.node_endpoints)
    error = error_of(partition.error_code)
    settled = settle_common(replica, error, told)
    if settled is not None:
        return settled
    follower = replica.state
    if not isinstance(follower, Follower) or follower.fetching_snapshot is None:
        return True
    if error in (ErrorCode.SNAPSHOT_NOT_FOUND, ErrorCode.POSITION_OUT_OF_RANGE):
        # It was deleted meanwhile: the next fetch tells of a newer one.
        replica.emit(DiscardSnapshot(follower.fetching_snapshot.snapshot))
        follower.fetching_snapshot = None
    elif error is not ErrorCode.NONE:
        return False
    else:
        _take_or_discard(replica, follower, follower.fetching_snapshot, partition)
    heard_from_leader(replica, follower)
    return True


def _take_or_discard(
    replica: Replica,
    follower: Follower,
    fetching: FetchingSnapshot,
    partition: fetch_snapshot_response.PartitionSnapshot,
) -> None:
    try:
        _take(replica, follower, fetching, partition)
    except InvalidBatch as damage:
        replica.emit(BatchesRejected(str(damage)))
        replica.emit(DiscardSnapshot(fetching.snapshot))
        follower.fetching_snapshot = None


def _take(
    replica: Replica,
    follower: Follower,
    fetching: FetchingSnapshot,
    partition: fetch_snapshot_response.PartitionSnapshot,
) -> None:
    told = EpochAndOffset(partition.snapshot_id.epoch, partition.snapshot_id.end_offset)
    if told != fetching.snapshot or partition.position != fetching.position:
        raise InconsistentQuorum(
            "Received fetch snapshot response with an invalid id or position. "
            f"Expected {fetching.snapshot} at {fetching.position}; Received {told} at {partition.position}"
        )
    data = bytes(partition.unaligned_records)
    replica.emit(WriteSnapshotChunk(fetching.snapshot, fetching.position, data))
    fetching.position += len(data)
    _keep_first_batch(fetching, data)
    if fetching.position >= partition.size:
        if not fetching.first_batch:
            raise InvalidBatch(f"Snapshot {fetching.snapshot} has no whole batch")
        follower.fetching_snapshot = None
        _continue_behind(replica, fetching)


def _keep_first_batch(fetching: FetchingSnapshot, data: bytes) -> None:
    if fetching.first_batch:
        return
    fetching.head += data
    for batch in read_batches(fetching.head):
        fetching.first_batch = bytes(batch.data)
        break
    if fetching.first_batch:
        fetching.head = bytearray()


def _continue_behind(replica: Replica, fetching: FetchingSnapshot) -> None:
    """The snapshot takes the place of the whole log."""
    snapshot, log = fetching.snapshot, replica.log
    if snapshot.offset < (replica.high_watermark or 0):
        raise InconsistentQuorum(
            f"The leader's snapshot {snapshot} ends below the current high watermark {replica.high_watermark}"
        )
    older = tuple(sorted(known for known in log.snapshot_sizes if known < snapshot))
    replica.emit(CompleteSnapshot(snapshot))
    replica.emit(RestartLogAt(snapshot, older))
    log.restart_at(snapshot, fetching.position)
    replica.syncing_to = min(replica.syncing_to, snapshot.offset)
    replica.voters.clear()
    for batch in read_batches(fetching.first_batch):
        note_control_records(replica.voters, batch, at_offset=snapshot.offset - 1)
    replica.persist()
    replica.emit(LoadSnapshot(snapshot))
    if replica.raise_high_watermark(snapshot.offset):
        replica.emit(HighWatermarkAdvanced(snapshot.offset))
