"""Sequences of an idempotent producer: no record is written twice, and none is left out (KIP-98)."""

import pytest
from tests.unit.link.a_producer import T0, T1, AProducer, header

from ottla.link.producer.producer import Delivered, Failed
from ottla.model.errors import ErrorCode


def identified(**settings: int) -> AProducer:
    producer = AProducer(idempotent=True, retry_backoff_ms=0, **settings)
    producer.core.identify(70, 2)
    return producer


def test_nothing_goes_out_before_there_is_an_identity() -> None:
    producer = AProducer(idempotent=True)
    assert not producer.core.needs_identity
    producer.append()
    assert producer.core.needs_identity
    assert producer.ready(flush=True) == []
    producer.core.identify(70, 2)
    assert not producer.core.needs_identity
    assert header(producer.sent()).producer_id == 70


def test_sequences_count_the_records_of_each_partition() -> None:
    producer = identified()
    seen = []
    for partition, count in ((T0, 3), (T1, 1), (T0, 2), (T0, 1), (T1, 1)):
        for _ in range(count):
            producer.append(partition)
        send = producer.sent()
        seen.append((partition.partition, header(send).base_sequence))
        producer.answer(send)
    assert seen == [(0, 0), (1, 0), (0, 3), (0, 5), (1, 1)]


def test_a_batch_keeps_its_sequence_over_all_attempts() -> None:
    producer = identified()
    producer.append()
    first = producer.sent()
    producer.core.broken(first, producer.now_ms)
    second = producer.sent()
    assert header(second).base_sequence == header(first).base_sequence == 0
    producer.answer(second)
    producer.append()
    assert header(producer.sent()).base_sequence == 1


def test_a_duplicate_was_written_before() -> None:
    producer = identified()
    ticket = producer.append()
    assert producer.answer(producer.sent(), ErrorCode.DUPLICATE_SEQUENCE_NUMBER) == [
        Delivered(ticket, T0, -1)
    ]
    producer.append()
    assert header(producer.sent()).base_sequence == 1


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        ErrorCode.UNKNOWN_PRODUCER_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH,
    ],
)
def test_who_is_not_known_any_more_starts_over_with_a_new_identity(code: ErrorCode) -> None:
    producer = identified()
    producer.append()
    producer.answer(producer.sent())
    producer.append()
    assert producer.answer(producer.sent(), code) == []
    assert producer.core.needs_identity
    producer.core.identify(71, 0)
    again = header(producer.sent())
    assert (again.producer_id, again.producer_epoch, again.base_sequence) == (71, 0, 0)


def test_after_a_batch_that_was_given_up_nothing_goes_on_with_its_sequences() -> None:
    producer = identified(retries=0)
    producer.append()
    (outcome,) = producer.core.broken(producer.sent(), producer.now_ms)
    assert isinstance(outcome, Failed)
    producer.append()
    assert producer.core.needs_identity


def test_halves_are_numbered_one_after_the_other() -> None:
    producer = identified()
    for _ in range(3):
        producer.append()
    producer.answer(producer.sent(), ErrorCode.MESSAGE_TOO_LARGE)
    first = producer.sent()
    producer.answer(first)
    assert [header(first).base_sequence, header(producer.sent()).base_sequence] == [0, 1]
