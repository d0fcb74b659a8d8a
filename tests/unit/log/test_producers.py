"""Idempotent producers: repeats are recognised, gaps and zombies refused (KIP-98)."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.a_log import (
    START_MS,
    a_log,
    an_idempotent_batch,
    at,
    code,
    put,
    refused,
    values,
)

from ottla.log.origin import Origin
from ottla.log.partition_log import PartitionLog
from ottla.log.producer_entry import BATCHES_KEPT, ProducerEntry
from ottla.model.errors import ErrorCode

LAST = 0x7FFFFFFF
DAY_MS = 24 * 60 * 60 * 1000


def the_producer(log: PartitionLog, producer: int = 1) -> ProducerEntry:
    (found,) = [entry for entry in log.producers() if entry.producer_id == producer]
    return found


def test_a_repeat_is_answered_with_the_old_offsets_and_not_written() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", b"b", sequence=0))
    put(log, an_idempotent_batch(b"c", sequence=2))
    again = put(log, an_idempotent_batch(b"a", b"b", sequence=0))
    assert again.duplicate
    assert (again.first_offset, again.last_offset, again.log_append_time) == (0, 1, START_MS)
    assert values(log) == [b"a", b"b", b"c"]


def test_five_batches_back_a_repeat_is_recognised_and_not_further() -> None:
    log = a_log()
    for sequence in range(BATCHES_KEPT + 1):
        put(log, an_idempotent_batch(b"x", sequence=sequence))
    assert put(log, an_idempotent_batch(b"x", sequence=1)).duplicate
    assert code(log, an_idempotent_batch(b"x", sequence=0)) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_the_same_first_sequence_with_another_last_one_is_no_repeat() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", b"b", sequence=0))
    assert code(log, an_idempotent_batch(b"a", sequence=0)) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_a_gap_is_refused() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=0))
    refusal = refused(log, an_idempotent_batch(b"c", sequence=2))
    assert refusal.error is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert refusal.message == (
        "Out of order sequence number for producer 1 at offset 1 in partition orders-0: 2 (incoming seq. "
        "number), 0 (current end sequence number)"
    )


def test_an_unknown_producer_may_begin_anywhere() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=17))
    put(log, an_idempotent_batch(b"b", sequence=18))


def test_an_older_epoch_is_fenced() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=0, epoch=2))
    refusal = refused(log, an_idempotent_batch(b"b", sequence=1, epoch=1))
    assert refusal.error is ErrorCode.INVALID_PRODUCER_EPOCH
    assert refusal.message == (
        "Epoch of producer 1 at offset 1 in orders-0 is 1, which is < the last seen epoch 2 (TV-1)"
    )


def test_a_newer_epoch_begins_at_sequence_zero() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=0))
    assert code(log, an_idempotent_batch(b"b", sequence=1, epoch=1)) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    put(log, an_idempotent_batch(b"b", sequence=0, epoch=1))
    assert len(the_producer(log).batches) == 1


def test_a_batch_of_an_older_epoch_is_no_repeat() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=0))
    put(log, an_idempotent_batch(b"b", sequence=0, epoch=1))
    assert code(log, an_idempotent_batch(b"a", sequence=0)) is ErrorCode.INVALID_PRODUCER_EPOCH


def test_sequences_wrap() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=LAST - 1))
    put(log, an_idempotent_batch(b"b", b"c", b"d", sequence=LAST))
    put(log, an_idempotent_batch(b"e", sequence=2))
    assert put(log, an_idempotent_batch(b"b", b"c", b"d", sequence=LAST)).first_offset == 1
    assert the_producer(log).last_sequence == 2


def test_a_coordinator_s_epochs_are_checked_and_its_sequences_are_not() -> None:
    log = a_log()
    for epoch in (1, 2):
        put(log, an_idempotent_batch(b"a", sequence=-1, epoch=epoch), origin=Origin.COORDINATOR)
    zombie = an_idempotent_batch(b"a", sequence=-1, epoch=1)
    assert code(log, zombie, origin=Origin.COORDINATOR) is ErrorCode.INVALID_PRODUCER_EPOCH


def test_producers_do_not_see_each_other() -> None:
    log = a_log()
    for producer in (1, 2, 3):
        put(log, an_idempotent_batch(b"x", sequence=0, producer=producer))
    assert [entry.producer_id for entry in log.producers()] == [1, 2, 3]


def test_a_silent_producer_is_forgotten_after_a_day() -> None:
    log = a_log()
    put(log, an_idempotent_batch(b"a", sequence=0))
    log.remove_expired_producers(at(DAY_MS - 1))
    assert len(log.producers()) == 1
    log.remove_expired_producers(at(DAY_MS))
    assert log.producers() == []
    put(log, an_idempotent_batch(b"b", sequence=9))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=40))
def test_the_log_holds_each_producer_s_sequences_without_gap_or_repeat(
    sends: list[tuple[int, bool]],
) -> None:
    """Every batch may be sent again at once, as after a lost answer (I13)."""
    log = a_log()
    nexts = dict.fromkeys(range(4), 0)
    for producer, repeated in sends:
        sequence = nexts[producer]
        value = b"%d:%d" % (producer, sequence)
        first = put(log, an_idempotent_batch(value, sequence=sequence, producer=producer))
        if repeated:
            again = put(log, an_idempotent_batch(value, sequence=sequence, producer=producer))
            assert again.duplicate
            assert again.first_offset == first.first_offset
        nexts[producer] += 1
    for producer, end in nexts.items():
        mine = [value for value in values(log) if value is not None and value.startswith(b"%d:" % producer)]
        assert mine == [b"%d:%d" % (producer, sequence) for sequence in range(end)]
