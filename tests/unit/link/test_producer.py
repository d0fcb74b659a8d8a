"""When batches go out, and what the answers mean."""

import pytest
from tests.unit.link.a_producer import T0, T1, T2, AProducer
from tests.unit.link.clusters import metadata

from ottla.link.producer.producer import Delivered, Failed
from ottla.model.errors import ErrorCode
from ottla.wire.messages.produce_response import ProduceResponse


def test_records_wait_for_company() -> None:
    producer = AProducer(linger_ms=5)
    producer.append()
    assert producer.ready() == []
    assert producer.core.next_deadline(producer.now_ms) == producer.now_ms + 5
    producer.now_ms += 4
    producer.append()
    assert producer.ready() == []
    producer.now_ms += 1
    (send,) = producer.ready()
    assert [len(batch.records) for batch in send.batches] == [2]


def test_a_full_batch_does_not_wait() -> None:
    producer = AProducer(linger_ms=1_000, batch_size=200)
    producer.append(value=bytes(100))
    assert producer.ready() == []
    producer.append(value=bytes(100))
    assert [len(batch.records) for batch in producer.ready()[0].batches] == [1]


def test_a_record_larger_than_a_batch_goes_alone() -> None:
    producer = AProducer(linger_ms=1_000, batch_size=200)
    producer.append(value=bytes(500))
    assert len(producer.ready()) == 1


def test_a_flush_waits_for_nothing() -> None:
    producer = AProducer(linger_ms=1_000)
    producer.append()
    assert len(producer.ready(flush=True)) == 1


def test_one_request_takes_what_one_node_leads() -> None:
    producer = AProducer()
    for partition in (T0, T1, T2):
        producer.append(partition)
    sends = producer.ready(flush=True)
    assert {send.node: [batch.partition for batch in send.batches] for send in sends} == {
        1: [T0, T1],
        2: [T2],
    }


def test_one_batch_of_a_partition_is_under_way_at_a_time() -> None:
    producer = AProducer(batch_size=100)
    first, second = producer.append(value=bytes(60)), producer.append(value=bytes(60))
    send = producer.sent()
    assert producer.ready(flush=True) == []
    assert producer.answer(send, base_offset=7) == [Delivered(first, T0, 7)]
    assert producer.answer(producer.sent(), base_offset=8) == [Delivered(second, T0, 8)]
    assert producer.core.is_idle


def test_each_record_of_a_batch_has_its_offset() -> None:
    producer = AProducer()
    tickets = [producer.append() for _ in range(3)]
    outcomes = producer.answer(producer.sent(), base_offset=40)
    assert outcomes == [Delivered(ticket, T0, 40 + at) for at, ticket in enumerate(tickets)]


def test_without_acknowledgement_the_offset_stays_unknown() -> None:
    producer = AProducer(acks=0)
    ticket = producer.append()
    assert producer.core.answered(producer.sent(), None, producer.now_ms) == [Delivered(ticket, T0, -1)]


def test_memory_is_free_again_when_a_batch_is_settled() -> None:
    producer = AProducer()
    producer.append()
    assert producer.core.buffered_bytes > 0
    producer.answer(producer.sent())
    assert producer.core.buffered_bytes == 0


@pytest.mark.parametrize("code", [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
def test_a_batch_for_the_wrong_node_goes_to_the_right_one(code: ErrorCode) -> None:
    producer = AProducer(retry_backoff_ms=100)
    ticket = producer.append()
    assert producer.answer(producer.sent(), code) == []
    assert producer.core.stale == {"t"}
    producer.view.learn(metadata({"t": [3, 1, 2]}, epoch=1))
    assert producer.ready(flush=True) == []
    producer.now_ms += 100
    send = producer.sent()
    assert send.node == 3
    assert producer.answer(send, base_offset=1) == [Delivered(ticket, T0, 1)]


def test_pauses_grow_with_attempts() -> None:
    producer = AProducer(retry_backoff_ms=100, retry_backoff_max_ms=300, linger_ms=0)
    producer.append()
    pauses = []
    for _ in range(4):
        producer.answer(producer.sent(), ErrorCode.NOT_ENOUGH_REPLICAS)
        due = producer.core.next_deadline(producer.now_ms)
        assert due is not None
        pauses.append(due - producer.now_ms)
        producer.now_ms = due
    assert pauses == [100, 200, 300, 300]


def test_retries_end_when_they_are_used_up() -> None:
    producer = AProducer(retries=1, retry_backoff_ms=0)
    ticket = producer.append()
    assert producer.answer(producer.sent(), ErrorCode.NOT_ENOUGH_REPLICAS) == []
    outcome = producer.answer(producer.sent(), ErrorCode.NOT_ENOUGH_REPLICAS, message="too few")
    assert outcome == [Failed(ticket, T0, ErrorCode.NOT_ENOUGH_REPLICAS, "too few")]


def test_an_error_that_does_not_pass_fails_at_once() -> None:
    producer = AProducer()
    tickets = [producer.append(), producer.append()]
    outcome = producer.answer(producer.sent(), ErrorCode.INVALID_RECORD, message="bad")
    assert outcome == [Failed(ticket, T0, ErrorCode.INVALID_RECORD, "bad") for ticket in tickets]
    assert producer.core.is_idle


def test_a_broken_connection_is_tried_again() -> None:
    producer = AProducer(retry_backoff_ms=100)
    ticket = producer.append()
    assert producer.core.broken(producer.sent(), producer.now_ms) == []
    assert producer.core.stale == {"t"}
    producer.now_ms += 100
    assert producer.answer(producer.sent(), base_offset=5) == [Delivered(ticket, T0, 5)]


def test_a_batch_that_a_broker_finds_too_large_is_split() -> None:
    producer = AProducer()
    tickets = [producer.append() for _ in range(3)]
    assert producer.answer(producer.sent(), ErrorCode.MESSAGE_TOO_LARGE) == []
    assert producer.answer(producer.sent(), base_offset=0) == [Delivered(tickets[0], T0, 0)]
    assert producer.answer(producer.sent(), base_offset=1) == [
        Delivered(tickets[1], T0, 1),
        Delivered(tickets[2], T0, 2),
    ]
    assert producer.core.buffered_bytes == 0


def test_a_single_record_that_is_too_large_fails() -> None:
    producer = AProducer()
    ticket = producer.append()
    (outcome,) = producer.answer(producer.sent(), ErrorCode.MESSAGE_TOO_LARGE)
    assert outcome == Failed(ticket, T0, ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.MESSAGE_TOO_LARGE.text)


def test_records_that_wait_too_long_expire() -> None:
    producer = AProducer(delivery_timeout_ms=500)
    ticket = producer.append()
    producer.now_ms += 499
    assert producer.core.expired(producer.now_ms) == []
    producer.now_ms += 1
    assert producer.core.expired(producer.now_ms) == [
        Failed(
            ticket,
            T0,
            ErrorCode.REQUEST_TIMED_OUT,
            "Expiring 1 record(s) for t-0:500 ms has passed since batch creation",
        )
    ]


def test_what_is_under_way_does_not_expire() -> None:
    producer = AProducer(delivery_timeout_ms=500)
    ticket = producer.append()
    send = producer.sent()
    producer.now_ms += 1_000
    assert producer.core.expired(producer.now_ms) == []
    assert producer.answer(send, base_offset=3) == [Delivered(ticket, T0, 3)]


def test_a_partition_without_a_leader_waits_for_news() -> None:
    producer = AProducer(retry_backoff_ms=100)
    producer.view.learn(metadata({"t": [-1, 1, 2]}, epoch=1))
    producer.append()
    assert producer.ready(flush=True) == []
    assert producer.core.stale == {"t"}
    producer.view.learn(metadata({"t": [2, 1, 2]}, epoch=2))
    producer.now_ms += 100
    assert producer.sent().node == 2


def test_a_partition_that_the_answer_leaves_out_has_failed() -> None:
    producer = AProducer()
    ticket = producer.append()
    (outcome,) = producer.core.answered(producer.sent(), ProduceResponse(), producer.now_ms)
    assert isinstance(outcome, Failed)
    assert outcome.ticket == ticket
