"""Batches on their way to a broker."""

from hypothesis import given
from hypothesis import strategies as st

from ottla.link.producer.batch import Batch, record_size
from ottla.model.ids import TopicPartition
from ottla.records.batch import batches
from ottla.records.compression import Codec
from ottla.records.records import Record, records

T0 = TopicPartition("t", 0)
a_text = st.none() | st.binary(max_size=300)
a_record = st.builds(
    Record,
    offset=st.just(0),
    timestamp=st.integers(0, 2**40),
    key=a_text,
    value=a_text,
    headers=st.lists(st.tuples(st.text(max_size=20), a_text), max_size=3).map(tuple),
)


def a_batch(content: list[Record]) -> Batch:
    batch = Batch(T0, created_ms=7)
    for ticket, record in enumerate(content):
        batch.add(record, ticket)
    return batch


@given(st.lists(a_record, min_size=1, max_size=20))
def test_a_batch_is_never_larger_than_it_was_counted(content: list[Record]) -> None:
    batch = a_batch(content)
    assert len(batch.encode(Codec.NONE, None)) <= batch.size
    assert batch.content_bytes == sum(record_size(record) for record in content)


@given(st.lists(a_record, min_size=1, max_size=20))
def test_what_goes_out_is_what_came_in(content: list[Record]) -> None:
    data = a_batch(content).encode(Codec.NONE, None)
    ((at, header),) = batches(data)
    assert [record._replace(offset=0) for record in records(data, at, header)] == content
    assert header.producer_id == -1


@given(st.lists(a_record, min_size=2, max_size=20))
def test_halves_hold_the_same_records_and_tickets(content: list[Record]) -> None:
    first, second = a_batch(content).halves()
    assert first.tickets + second.tickets == list(range(len(content)))
    assert [record._replace(offset=0) for record in first.records + second.records] == content
    assert (first.created_ms, second.created_ms) == (7, 7)
    assert first.records
    assert second.records
