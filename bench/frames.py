"""Whole request frames, as the load generator sends them again and again."""

from struct import Struct

from ottla.records.records import Record, build_batch
from ottla.wire.headers import put_request_header
from ottla.wire.message import Message
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

PRODUCE, FETCH = 0, 1
_PRODUCE_VERSION, _FETCH_VERSION = 9, 12


def produce_frame(topic: str, value_bytes: int) -> bytes:
    """One batch with one record, acks=1."""
    batch = bytes(build_batch([Record(0, 1_700_000_000_000, None, bytes(value_bytes))]))
    data = PartitionProduceData(index=0, records=batch)
    request = ProduceRequest(
        acks=1, timeout_ms=30_000, topic_data=[TopicProduceData(name=topic, partition_data=[data])]
    )
    return _frame(request, PRODUCE, _PRODUCE_VERSION)


def fetch_frame(topic: str, bytes_max: int) -> bytes:
    """From offset 0 on, without a session."""
    partition = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=bytes_max)
    request = FetchRequest(
        max_wait_ms=500,
        min_bytes=1,
        max_bytes=bytes_max,
        session_epoch=-1,
        topics=[FetchTopic(topic=topic, partitions=[partition])],
    )
    return _frame(request, FETCH, _FETCH_VERSION)


def _frame(request: Message, key: int, version: int) -> bytes:
    out = bytearray(4)
    put_request_header(out, key, version, 1, "bench")
    request.write(out, version)
    Struct(">i").pack_into(out, 0, len(out) - 4)
    return bytes(out)
