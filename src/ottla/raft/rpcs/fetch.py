"""Fetch (1) of the metadata topic, versions 13-18, as its leader serves it (KIP-595, 630, 853, 1166).

A fetch at offset F says «everything below F is on my medium»; the leader's high watermark comes from nothing
else. One that finds nothing new is parked until something is appended or committed, or until its time is
over.
"""

from ottla.model.errors import ErrorCode
from ottla.model.uuid import METADATA_TOPIC_ID, Uuid
from ottla.raft.effects import Answer, AnswerFromLog
from ottla.raft.events import RequestReceived
from ottla.raft.leader_log import commit_as_leader
from ottla.raft.log_view import Diverges, Matches, NeedsSnapshot, compare_position
from ottla.raft.replica import ParkedFetch, Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    is_cluster,
    leader_id_or_none,
    leader_nodes,
    refuse_as_leader,
)
from ottla.raft.states.leader import Leader
from ottla.raft.voters import ReplicaKey
from ottla.wire.messages import fetch_request, fetch_response

_NO_HIGH_WATERMARK = -1
_ENDPOINTS_FROM_VERSION = 17


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, fetch_request.FetchRequest), "sent by its key"
    if not is_cluster(replica, asked.cluster_id):
        _refuse_whole(replica, event, ErrorCode.INCONSISTENT_CLUSTER_ID)
        return
    partition = _only_partition(asked)
    if partition is None:
        _refuse_whole(replica, event, ErrorCode.INVALID_REQUEST)
        return
    fetch = ParkedFetch(
        ticket=event.ticket,
        listener=event.listener,
        version=event.version,
        request=asked,
        offset=partition.fetch_offset,
        high_watermark=_high_watermark(replica.state),
        deadline_ms=replica.now.mono_ms + asked.max_wait_ms,
    )
    if _is_invalid(asked, partition):
        _refuse(replica, fetch, ErrorCode.INVALID_REQUEST)
        return
    _serve(replica, fetch, partition, may_park=asked.max_wait_ms > 0)


def serve_parked(replica: Replica) -> None:
    """Answer those parked fetches for which something came, whose time is over, or whom this leader fails."""
    # An answered fetch may commit something, which others wait for.
    while any(_is_due(replica, fetch) for fetch in replica.parked):
        parked, replica.parked = replica.parked, []
        for fetch in parked:
            if _is_due(replica, fetch):
                _answer_parked(replica, fetch)
            else:
                replica.parked.append(fetch)


def _is_due(replica: Replica, fetch: ParkedFetch) -> bool:
    return not _may_lead(replica) or _has_news(replica, fetch) or fetch.deadline_ms <= replica.now.mono_ms


def _may_lead(replica: Replica) -> bool:
    return isinstance(replica.state, Leader) and replica.shutdown is None


def _has_news(replica: Replica, fetch: ParkedFetch) -> bool:
    return replica.log.end_offset > fetch.offset or _high_watermark(replica.state) > fetch.high_watermark


def _answer_parked(replica: Replica, fetch: ParkedFetch) -> None:
    partition = _only_partition(fetch.request)
    assert partition is not None, "it was checked before it was parked"
    if not _may_lead(replica):
        _refuse(replica, fetch, ErrorCode.NOT_LEADER_OR_FOLLOWER)
    elif _has_news(replica, fetch):
        _serve(replica, fetch, partition, may_park=False)
    else:
        # Nobody was heard from just now: this says nothing about the follower.
        replica.emit(Answer(fetch.ticket, _response(replica, fetch)))


def _serve(
    replica: Replica, fetch: ParkedFetch, partition: fetch_request.FetchPartition, *, may_park: bool
) -> None:
    refused = refuse_as_leader(replica, partition.current_leader_epoch)
    leader = replica.state
    if refused is not None or not isinstance(leader, Leader):
        _refuse(replica, fetch, refused or ErrorCode.NOT_LEADER_OR_FOLLOWER)
        return
    fetching = ReplicaKey(_replica_id(fetch.request), Uuid(partition.replica_directory_id))
    if fetching.node_id == replica.node_id:
        _refuse(replica, fetch, ErrorCode.UNKNOWN_SERVER_ERROR)
        return
    position = compare_position(replica.log, partition.fetch_offset, partition.last_fetched_epoch)
    if isinstance(position, Matches):
        _note_progress(replica, leader, fetching, partition.fetch_offset)
        if partition.fetch_offset < replica.log.end_offset:
            _answer_with_records(replica, fetch, partition)
            return
        if may_park and partition.high_watermark >= _high_watermark(leader):
            replica.parked.append(fetch._replace(high_watermark=_high_watermark(leader)))
            return
    replica.emit(Answer(fetch.ticket, _response(replica, fetch, position=position)))


def _note_progress(replica: Replica, leader: Leader, fetching: ReplicaKey, offset: int) -> None:
    if fetching.node_id < 0:
        # Not a replica: a consumer, or a tool.
        return
    leader.progress_of(fetching).fetched(offset, replica.log.end_offset, replica.now)
    leader.heard_from(fetching, replica.now.mono_ms)
    if leader.is_voter(fetching):
        commit_as_leader(replica, leader)


def _answer_with_records(
    replica: Replica, fetch: ParkedFetch, partition: fetch_request.FetchPartition
) -> None:
    replica.emit(
        AnswerFromLog(
            fetch.ticket,
            _response(replica, fetch),
            partition.fetch_offset,
            replica.log.end_offset,
            fetch.request.max_bytes,
        )
    )


def _response(
    replica: Replica,
    fetch: ParkedFetch,
    error: ErrorCode = ErrorCode.NONE,
    position: Matches | Diverges | NeedsSnapshot | None = None,
) -> fetch_response.FetchResponse:
    told = fetch_response.PartitionData(
        partition_index=PARTITION,
        error_code=error,
        high_watermark=_high_watermark(replica.state) if error is ErrorCode.NONE else _NO_HIGH_WATERMARK,
        log_start_offset=replica.log.start_offset,
        current_leader=fetch_response.LeaderIdAndEpoch(
            leader_id=leader_id_or_none(replica), leader_epoch=replica.state.epoch
        ),
    )
    if isinstance(position, Diverges):
        told.diverging_epoch = fetch_response.EpochEndOffset(
            epoch=position.end.epoch, end_offset=position.end.offset
        )
    elif isinstance(position, NeedsSnapshot):
        told.snapshot_id = fetch_response.SnapshotId(
            end_offset=position.snapshot.offset, epoch=position.snapshot.epoch
        )
    topic = fetch_response.FetchableTopicResponse(topic=TOPIC, topic_id=METADATA_TOPIC_ID, partitions=[told])
    served = fetch.version >= _ENDPOINTS_FROM_VERSION
    return fetch_response.FetchResponse(
        responses=[topic],
        node_endpoints=leader_nodes(replica, fetch.listener, fetch_response.NodeEndpoint, served=served),
    )


def _refuse(replica: Replica, fetch: ParkedFetch, error: ErrorCode) -> None:
    replica.emit(Answer(fetch.ticket, _response(replica, fetch, error)))


def _refuse_whole(replica: Replica, event: RequestReceived, error: ErrorCode) -> None:
    replica.emit(Answer(event.ticket, fetch_response.FetchResponse(error_code=error)))


def _high_watermark(state: object) -> int:
    """Unknown until a record of the leader's own epoch is committed: an older value could be too low."""
    known = state.high_watermark if isinstance(state, Leader) else None
    return known if known is not None else _NO_HIGH_WATERMARK


def _only_partition(asked: fetch_request.FetchRequest) -> fetch_request.FetchPartition | None:
    if len(asked.topics) != 1 or asked.topics[0].topic_id != METADATA_TOPIC_ID:
        return None
    partitions = asked.topics[0].partitions
    return partitions[0] if len(partitions) == 1 and partitions[0].partition == PARTITION else None


def _is_invalid(asked: fetch_request.FetchRequest, partition: fetch_request.FetchPartition) -> bool:
    if asked.max_wait_ms < 0 or partition.fetch_offset < 0:
        return True
    return not 0 <= partition.last_fetched_epoch <= partition.current_leader_epoch


def _replica_id(asked: fetch_request.FetchRequest) -> int:
    return asked.replica_id if asked.replica_id != -1 else asked.replica_state.replica_id
