"""Fetch (key 1): records from an offset on, for consumers and followers.

Versions: 4 adds isolation levels; 7 sessions (KIP-227); 9 leader epochs (KIP-320); 11 racks (KIP-392);
12 is flexible and tells diverging epochs; 13 names topics by id; 15 moves the replica id (KIP-903); 16 tells
where leaders are (KIP-951); 18 adds the follower's high watermark (KIP-1166).
Errors: FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR for the whole;
per partition NOT_LEADER_OR_FOLLOWER to a broker that is no replica, OFFSET_OUT_OF_RANGE, FENCED_LEADER_EPOCH,
UNKNOWN_LEADER_EPOCH, and where a topic can't be found.
"""

from ottla.log.partition_log import Slice
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.replication.fetch_sessions import FINAL_EPOCH, INITIAL_EPOCH, FetchedPartition, FetchSession, Key
from ottla.runtime.partitions.fetching import UNKNOWN, Fetching, FetchLimits, FetchResult
from ottla.server.context import RequestContext
from ottla.server.fast.fetch_answer import FetchAnswer
from ottla.server.translate.leaders_told import endpoints, tell_leaders
from ottla.wire.messages.fetch_request import FetchRequest
from ottla.wire.messages.fetch_response import (
    AbortedTransaction,
    EpochEndOffset,
    FetchableTopicResponse,
    FetchResponse,
    NodeEndpoint,
    PartitionData,
)

_BY_TOPIC_ID_FROM = 13
_READ_COMMITTED = 1
_NO_EPOCH = -1
_LEADERS_FROM = 16
_LED_ELSEWHERE: frozenset[int] = frozenset({ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH})
_UNFOUND = frozenset({ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID})
"""Nothing was read, so nothing is said about transactions."""


def fetch(
    request: FetchRequest, context: RequestContext
) -> FetchAnswer | Later[FetchAnswer] | Later[FetchResponse]:
    if context.listener.kind == "controller":
        return context.quorum.ask(request, context.version, context.listener.name)
    session, wanted = _session(request, context)
    if _follower_id(request) >= 0:
        return _answer(request, context, session, [_not_a_replica(each, context) for each in wanted])
    fetching = Fetching(context.broker.partitions, context.deadlines, wanted, _limits(request, context))
    results = fetching.begin(context.now.mono_ms)
    if isinstance(results, Later):
        context.on_close(fetching.give_up)
        return results.then(lambda found: _answer(request, context, session, found))
    return _answer(request, context, session, results)


def _follower_id(request: FetchRequest) -> int:
    """The broker that follows, or -1: until version 14 in one place, since then in another."""
    return max(request.replica_id, request.replica_state.replica_id)


def _not_a_replica(wanted: FetchedPartition, context: RequestContext) -> FetchResult:
    """Every partition has one replica, so no other broker may follow it."""
    partition, error = context.broker.partitions.led(wanted.topic, wanted.topic_id, wanted.partition)
    return FetchResult(wanted, error if partition is None else ErrorCode.NOT_LEADER_OR_FOLLOWER)


def _limits(request: FetchRequest, context: RequestContext) -> FetchLimits:
    max_bytes = min(request.max_bytes, context.broker.settings.fetch_max_bytes)
    return FetchLimits(
        min_bytes=min(request.min_bytes, max_bytes),
        max_bytes=max_bytes,
        max_wait_ms=request.max_wait_ms,
        read_committed=request.isolation_level == _READ_COMMITTED,
    )


def _session(
    request: FetchRequest, context: RequestContext
) -> tuple[FetchSession | None, list[FetchedPartition]]:
    """The session that the request opens or continues, and the partitions it reads."""
    sessions, by_id = context.broker.fetch_sessions, context.version >= _BY_TOPIC_ID_FROM
    named = _named(request, context, by_id)
    if request.session_epoch not in (INITIAL_EPOCH, FINAL_EPOCH):
        session = sessions.find(
            request.session_id, request.session_epoch, uses_topic_ids=by_id, now_ms=context.now.mono_ms
        )
        session.begin(named, _forgotten(request, context, by_id))
        return session, list(session.partitions.values())
    if request.session_id:
        sessions.close(request.session_id)
    if request.session_epoch == FINAL_EPOCH:
        return None, named
    opened = sessions.open(
        1 + context.entropy.below(2**31 - 1),
        len(named),
        privileged=False,
        uses_topic_ids=by_id,
        now_ms=context.now.mono_ms,
    )
    if opened is not None:
        opened.begin(named, [])
    return opened, named


def _named(request: FetchRequest, context: RequestContext, by_id: bool) -> list[FetchedPartition]:
    """As asked; the last where a partition is named twice."""
    partitions = [
        FetchedPartition(
            topic=context.topic_name(topic.topic_id) or "" if by_id else topic.topic,
            topic_id=topic.topic_id,
            partition=partition.partition,
            max_bytes=partition.partition_max_bytes,
            fetch_offset=partition.fetch_offset,
            current_leader_epoch=max(partition.current_leader_epoch, _NO_EPOCH),
            log_start_offset=partition.log_start_offset,
            last_fetched_epoch=partition.last_fetched_epoch,
        )
        for topic in request.topics
        for partition in topic.partitions
    ]
    return list({(each.topic, each.topic_id, each.partition): each for each in partitions}.values())


def _forgotten(request: FetchRequest, context: RequestContext, by_id: bool) -> list[Key]:
    return [
        (context.topic_name(topic.topic_id) or "" if by_id else topic.topic, topic.topic_id, partition)
        for topic in request.forgotten_topics_data
        for partition in topic.partitions
    ]


def _answer(
    request: FetchRequest, context: RequestContext, session: FetchSession | None, results: list[FetchResult]
) -> FetchAnswer:
    incremental = session is not None and request.session_epoch != INITIAL_EPOCH
    response = FetchResponse(session_id=session.session_id if session is not None else 0)
    slices: list[Slice | None] = []
    topic: FetchableTopicResponse | None = None
    for result in results:
        if incremental and not _has_news(result):
            continue
        wanted = result.wanted
        _note_told(result)
        if topic is None or (topic.topic, topic.topic_id) != (wanted.topic, wanted.topic_id):
            topic = FetchableTopicResponse(topic=wanted.topic, topic_id=wanted.topic_id)
            response.responses.append(topic)
        topic.partitions.append(_partition(result))
        slices.append(result.slice)
        if session is not None and result.size:
            session.move_to_end((wanted.topic, wanted.topic_id, wanted.partition))
    if context.version >= _LEADERS_FROM:
        _tell_leaders(response, context)
    return FetchAnswer(response, slices)


def _tell_leaders(response: FetchResponse, context: RequestContext) -> None:
    leaders: set[int] = set()
    for topic in response.responses:
        partitions = [(each.partition_index, each) for each in topic.partitions]
        leaders |= tell_leaders(context.image.topics.by_id(topic.topic_id), partitions, _LED_ELSEWHERE)
    response.node_endpoints = endpoints(leaders, context, NodeEndpoint)


def _aborted(result: FetchResult) -> list[AbortedTransaction] | None:
    """None unless the reader wants only what is committed."""
    if result.aborted is None:
        return None
    return [
        AbortedTransaction(producer_id=producer, first_offset=first) for producer, first in result.aborted
    ]


def _has_news(result: FetchResult) -> bool:
    wanted = result.wanted
    return (
        result.size > 0
        or result.is_urgent
        or wanted.told_error
        or wanted.told_high_watermark != result.high_watermark
        or wanted.told_log_start != result.log_start_offset
    )


def _note_told(result: FetchResult) -> None:
    wanted = result.wanted
    wanted.told_high_watermark, wanted.told_log_start = result.high_watermark, result.log_start_offset
    # Told again next time, so that a reader that missed it hears of it.
    wanted.told_error = result.error is not ErrorCode.NONE


def _partition(result: FetchResult) -> PartitionData:
    data = PartitionData(
        partition_index=result.wanted.partition,
        error_code=result.error,
        high_watermark=result.high_watermark,
        last_stable_offset=result.last_stable_offset,
        log_start_offset=result.log_start_offset,
        records=b"",
    )
    if result.error is ErrorCode.OFFSET_OUT_OF_RANGE:
        data.high_watermark = data.last_stable_offset = data.log_start_offset = UNKNOWN
    if result.error not in _UNFOUND:
        data.aborted_transactions = _aborted(result)
    if result.diverging is not None:
        data.diverging_epoch = EpochEndOffset(epoch=result.diverging[0], end_offset=result.diverging[1])
    return data
