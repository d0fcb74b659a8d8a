"""Records out of fetched bytes: from the position on, without what readers must not see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.link.consumer.fetched import FetchedPartition
from ottla.model.ids import TopicPartition
from ottla.records.control import ControlType, control_key
from ottla.records.invalid_record import CorruptBatch
from ottla.records.records import Record, build_batch
from ottla.wire.messages.fetch_response import AbortedTransaction, PartitionData

T0 = TopicPartition("t", 0)
ONE, TWO = 1001, 1002


def a_batch(base: int, *values: bytes, producer: int = -1, transactional: bool = False) -> bytes:
    content = [Record(base + at, 5, b"k", value, ()) for at, value in enumerate(values)]
    return bytes(
        build_batch(
            content,
            base_offset=base,
            producer_id=producer,
            producer_epoch=0 if producer >= 0 else -1,
            base_sequence=0 if producer >= 0 else -1,
            transactional=transactional,
            leader_epoch=3,
        )
    )


def a_marker(offset: int, producer: int, kind: ControlType) -> bytes:
    record = Record(offset, 5, control_key(kind), bytes(6), ())
    return bytes(
        build_batch(
            [record],
            base_offset=offset,
            producer_id=producer,
            producer_epoch=0,
            transactional=True,
            control=True,
        )
    )


def fetched(
    *data: bytes,
    position: int = 0,
    aborted: dict[int, int] | None = None,
    read_committed: bool = True,
) -> FetchedPartition:
    """`aborted`: the producer of each aborted transaction, by its first offset."""
    transactions = [
        AbortedTransaction(producer_id=producer, first_offset=first)
        for first, producer in (aborted or {}).items()
    ]
    answer = PartitionData(records=b"".join(data), aborted_transactions=transactions)
    return FetchedPartition(T0, answer, position, read_committed=read_committed, check_crcs=True)


def values(of: FetchedPartition) -> list[bytes | None]:
    return [record.value for record in of]


def test_records_come_with_where_they_were() -> None:
    (record,) = fetched(a_batch(7, b"v"))
    assert (record.partition, record.offset, record.timestamp, record.leader_epoch) == (T0, 7, 5, 3)
    assert (record.key, record.value) == (b"k", b"v")


@given(st.integers(0, 6), st.integers(0, 12))
def test_reading_begins_at_the_position(split: int, position: int) -> None:
    everything = [str(at).encode() for at in range(10)]
    found = fetched(
        *(
            a_batch(base, *part)
            for base, part in ((0, everything[:split]), (split, everything[split:]))
            if part
        ),
        position=position,
    )
    assert values(found) == everything[position:]
    assert found.position == max(10, position)


def test_the_position_follows_what_was_read() -> None:
    found = fetched(a_batch(0, b"a", b"b"), a_batch(5, b"c"))
    iterator = iter(found)
    seen = [(next(iterator).value, found.position) for _ in range(3)]
    assert seen == [(b"a", 1), (b"b", 2), (b"c", 6)]


def test_a_batch_that_is_cut_off_waits_for_the_next_fetch() -> None:
    found = fetched(a_batch(0, b"a"), a_batch(1, b"b")[:-1])
    assert values(found) == [b"a"]
    assert found.position == 1


def test_markers_are_not_shown_but_passed() -> None:
    found = fetched(
        a_batch(0, b"a", producer=ONE, transactional=True),
        a_marker(1, ONE, ControlType.COMMIT),
        read_committed=False,
    )
    assert values(found) == [b"a"]
    assert found.position == 2


def test_what_was_aborted_is_hidden_until_its_marker() -> None:
    found = fetched(
        a_batch(0, b"no", producer=ONE, transactional=True),
        a_batch(1, b"plain"),
        a_batch(2, b"yes", producer=TWO, transactional=True),
        a_batch(3, b"no", producer=ONE, transactional=True),
        a_marker(4, ONE, ControlType.ABORT),
        a_batch(5, b"again", producer=ONE, transactional=True),
        a_marker(6, ONE, ControlType.COMMIT),
        aborted={0: ONE},
    )
    assert values(found) == [b"plain", b"yes", b"again"]
    assert found.position == 7


def test_without_read_committed_aborted_records_are_shown() -> None:
    found = fetched(
        a_batch(0, b"no", producer=ONE, transactional=True),
        a_marker(1, ONE, ControlType.ABORT),
        aborted={0: ONE},
        read_committed=False,
    )
    assert values(found) == [b"no"]


def test_several_aborted_transactions_of_one_producer_are_hidden() -> None:
    found = fetched(
        a_batch(0, b"no", producer=ONE, transactional=True),
        a_marker(1, ONE, ControlType.ABORT),
        a_batch(2, b"yes", producer=ONE, transactional=True),
        a_marker(3, ONE, ControlType.COMMIT),
        a_batch(4, b"no", producer=ONE, transactional=True),
        a_marker(5, ONE, ControlType.ABORT),
        aborted={4: ONE, 0: ONE},
    )
    assert values(found) == [b"yes"]


def test_a_transaction_aborted_before_the_fetch_began_is_hidden() -> None:
    found = fetched(
        a_batch(10, b"no", producer=ONE, transactional=True),
        a_marker(11, ONE, ControlType.ABORT),
        position=10,
        aborted={3: ONE},
    )
    assert values(found) == []
    assert found.position == 12


def test_damaged_bytes_are_told() -> None:
    data = bytearray(a_batch(0, b"value"))
    data[-1] ^= 1
    with pytest.raises(CorruptBatch):
        values(fetched(bytes(data)))
