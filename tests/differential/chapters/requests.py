"""Requests about records as each version can carry them."""

from collections.abc import Mapping, Sequence
from typing import Any

from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic, ForgottenTopic
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from tests.differential.talk import UNKNOWN_ID, Talk


def topic_named(talk: Talk, topic: str, version: int) -> dict[str, Any]:
    """By name, and from version 13 of Produce on by id."""
    return {"name": topic} if version < 13 else {"topic_id": talk.topic_ids.get(topic, UNKNOWN_ID)}


def produced(
    talk: Talk,
    label: str,
    version: int,
    topic: str,
    data: Mapping[int, bytes],
    *,
    acks: int = -1,
    transactional_id: str | None = None,
) -> Any:
    topic_data = TopicProduceData(
        **topic_named(talk, topic, version),
        partition_data=[
            PartitionProduceData(index=index, records=records) for index, records in data.items()
        ],
    )
    request = ProduceRequest(
        acks=acks, timeout_ms=10_000, transactional_id=transactional_id, topic_data=[topic_data]
    )
    return talk.ask(label, "produce", version, request)


def put(talk: Talk, topic: str, *batches: bytes, partition: int = 0) -> None:
    """Append without noting the answers."""
    for records in batches:
        data = [PartitionProduceData(index=partition, records=records)]
        request = ProduceRequest(
            acks=-1, timeout_ms=10_000, topic_data=[TopicProduceData(name=topic, partition_data=data)]
        )
        answer = talk.ask_quietly("produce", 9, request)
        assert answer.responses[0].partition_responses[0].error_code == 0, answer


def fetch_request(
    talk: Talk,
    version: int,
    topics: Mapping[str, Sequence[FetchPartition]],
    *,
    forgotten: Mapping[str, Sequence[int]] | None = None,
    min_bytes: int = 0,
    max_bytes: int = 1_000_000,
    isolation_level: int = 0,
    session: tuple[int, int] = (0, -1),
) -> FetchRequest:
    """Waits for nothing."""

    def named(topic: str) -> dict[str, Any]:
        if version < 13:
            return {"topic": topic}
        return {"topic_id": talk.topic_ids.get(topic, UNKNOWN_ID)}

    return FetchRequest(
        replica_id=-1,
        max_wait_ms=0,
        min_bytes=min_bytes,
        max_bytes=max_bytes,
        isolation_level=isolation_level,
        session_id=session[0] if version >= 7 else 0,
        session_epoch=session[1] if version >= 7 else -1,
        topics=[FetchTopic(**named(topic), partitions=list(asked)) for topic, asked in topics.items()],
        forgotten_topics_data=[
            ForgottenTopic(**named(topic), partitions=list(indexes))
            for topic, indexes in (forgotten or {}).items()
        ],
    )


def wanted(offset: int, *, partition: int = 0, max_bytes: int = 1_000_000, **more: Any) -> FetchPartition:
    more.setdefault("current_leader_epoch", -1)
    more.setdefault("last_fetched_epoch", -1)
    return FetchPartition(
        partition=partition, fetch_offset=offset, log_start_offset=-1, partition_max_bytes=max_bytes, **more
    )
