"""Fetch (1) as a follower or observer asks, and what it does with the answer (KIP-595)."""

from ottla.model.errors import ErrorCode
from ottla.model.uuid import METADATA_TOPIC_ID
from ottla.raft.batches import BatchView, InvalidBatch, read_batches
from ottla.raft.control_records import note_control_records
from ottla.raft.effects import Append, BatchesRejected, HighWatermarkAdvanced, TruncateTo
from ottla.raft.positions import EpochAndOffset
from ottla.raft.replica import InconsistentQuorum, Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    error_of,
    settle_common,
    settle_top_level,
    told_leadership,
)
from ottla.raft.states.follower import FetchingSnapshot, Follower
from ottla.raft.syncing import forget_from
from ottla.wire.message import Message
from ottla.wire.messages import fetch_request, fetch_response


def request(replica: Replica) -> fetch_request.FetchRequest:
    """From the log end on; it says that everything below is on the medium, so a voter syncs first."""
    assert not replica.must_sync or not replica.has_unsynced(), "a fetch tells what is on the medium"
    end = replica.log.end
    partition = fetch_request.FetchPartition(
        partition=PARTITION,
        current_leader_epoch=replica.state.epoch,
        fetch_offset=end.offset,
        last_fetched_epoch=end.epoch,
        replica_directory_id=replica.identity.key.directory_id,
        high_watermark=replica.high_watermark if replica.high_watermark is not None else -1,
    )
    topic = fetch_request.FetchTopic(topic=TOPIC, topic_id=METADATA_TOPIC_ID, partitions=[partition])
    return fetch_request.FetchRequest(
        cluster_id=replica.identity.cluster_id,
        replica_state=fetch_request.ReplicaState(replica_id=replica.node_id),
        max_wait_ms=replica.config.fetch_max_wait_ms,
        max_bytes=replica.config.fetch_max_bytes,
        topics=[topic],
    )


def settle(replica: Replica, response: Message) -> bool:
    assert isinstance(response, fetch_response.FetchResponse), "sent by its key"
    top_level = error_of(response.error_code)
    if top_level is not ErrorCode.NONE:
        return settle_top_level(top_level)
    partition = _only_partition(response)
    if partition is None:
        return False
    leader = partition.current_leader
    told = told_leadership(replica, leader.leader_id, leader.leader_epoch, response.node_endpoints)
    settled = settle_common(replica, error_of(partition.error_code), told)
    if settled is not None:
        return settled
    follower = replica.state
    if partition.error_code != ErrorCode.NONE:
        return False
    if isinstance(follower, Follower):
        _take(replica, follower, partition)
        heard_from_leader(replica, follower)
    return True


def heard_from_leader(replica: Replica, follower: Follower) -> None:
    follower.fetch_deadline_ms = replica.now.mono_ms + replica.config.fetch_timeout_ms
    follower.has_fetched_from_leader = True


def _take(replica: Replica, follower: Follower, partition: fetch_response.PartitionData) -> None:
    diverging, snapshot = partition.diverging_epoch, partition.snapshot_id
    if diverging.epoch >= 0:
        _truncate(replica, EpochAndOffset(diverging.epoch, diverging.end_offset))
    elif snapshot.epoch >= 0 and snapshot.end_offset >= 0:
        wanted = EpochAndOffset(snapshot.epoch, snapshot.end_offset)
        if wanted not in replica.log.snapshot_sizes:
            follower.fetching_snapshot = FetchingSnapshot(wanted)
    else:
        _append(replica, partition.records or b"")
        _commit(replica, partition.high_watermark)


def _truncate(replica: Replica, diverging: EpochAndOffset) -> None:
    """To where both logs agree.

    The leader's end of the epoch, or our own end of it if that is lower (KIP-101, 320).
    """
    # No record is of epoch 0: the leader knows of nothing in common.
    own = replica.log.end_of_epoch(diverging.epoch) if diverging.epoch else replica.log.end
    agree = own.epoch == diverging.epoch or not diverging.epoch
    offset = min(own.offset, diverging.offset) if agree else own.offset
    if offset < (replica.high_watermark or 0):
        raise InconsistentQuorum(
            f"The leader requested truncation to offset {offset}, which is below the current high watermark "
            f"{replica.high_watermark}"
        )
    forget_from(replica, offset)
    replica.emit(TruncateTo(offset))


def _append(replica: Replica, records: bytes | bytearray | memoryview) -> None:
    """Whole batches that follow without a gap, verbatim.

    A damaged one and all behind it are asked for again.
    """
    for batch in _whole_batches(replica, bytes(records)):
        if batch.base_offset != replica.log.end_offset or not _may_follow(replica, batch):
            reason = f"batch at {batch.base_offset} of epoch {batch.epoch} does not follow {replica.log.end}"
            replica.emit(BatchesRejected(reason))
            return
        replica.log.append(batch.epoch, batch.base_offset, batch.end_offset)
        replica.emit(Append(batch.epoch, batch.base_offset, batch.end_offset, bytes(batch.data)))
        if batch.is_control:
            note_control_records(replica.voters, batch)
            # kraft.version may have risen with it, and the form of the file with that.
            replica.persist()


def _whole_batches(replica: Replica, data: bytes) -> list[BatchView]:
    batches: list[BatchView] = []
    try:
        batches.extend(read_batches(data))
    except InvalidBatch as damage:
        replica.emit(BatchesRejected(str(damage)))
    return batches


def _may_follow(replica: Replica, batch: BatchView) -> bool:
    return replica.log.last_epoch <= batch.epoch <= replica.state.epoch


def _commit(replica: Replica, told: int) -> None:
    if told >= 0 and replica.raise_high_watermark(min(told, replica.log.end_offset)):
        assert replica.high_watermark is not None, "it was just raised"
        replica.emit(HighWatermarkAdvanced(replica.high_watermark))


def _only_partition(response: fetch_response.FetchResponse) -> fetch_response.PartitionData | None:
    if len(response.responses) != 1 or response.responses[0].topic_id != METADATA_TOPIC_ID:
        return None
    partitions = response.responses[0].partitions
    return partitions[0] if len(partitions) == 1 and partitions[0].partition_index == PARTITION else None
