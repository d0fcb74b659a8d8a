"""The loader: batches of records become images and deltas; transactions take effect whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metadata.differences import content, everything
from tests.unit.metadata.histories import history, image_of

from ottla.metadata.delta import between
from ottla.metadata.image import EMPTY, Provenance
from ottla.metadata.loader import MetadataLoader
from ottla.metadata.record import ReplayError
from ottla.wire.message import Message
from ottla.wire.messages.abort_transaction_record import AbortTransactionRecord
from ottla.wire.messages.begin_transaction_record import BeginTransactionRecord
from ottla.wire.messages.end_transaction_record import EndTransactionRecord
from ottla.wire.messages.no_op_record import NoOpRecord
from ottla.wire.messages.topic_record import TopicRecord

BEGIN, END, ABORT = BeginTransactionRecord(), EndTransactionRecord(), AbortTransactionRecord()


def topic(name: str) -> TopicRecord:
    return TopicRecord(name=name, topic_id=name.encode().ljust(16, b"."))


def loaded(*batches: list[Message]) -> MetadataLoader:
    loader, offset = MetadataLoader(), 0
    for batch in batches:
        loader.load_batch(batch, offset, epoch=3, timestamp_ms=77)
        offset += len(batch)
    return loader


def published(loader: MetadataLoader) -> tuple[list[str], int]:
    """Topics and offset of what is published next; its delta is all that differs."""
    before = loader.image
    delta = loader.take_delta()
    if delta is not None:
        assert everything(delta) == everything(between(before, loader.image))
    return [topic.name for topic in loader.image.topics.sorted_by_name()], loader.image.provenance.offset


def test_a_batch_is_published_with_the_offset_of_its_last_record() -> None:
    loader = loaded([topic("a"), topic("b")])
    delta = loader.take_delta()
    assert delta is not None
    assert [created.name for created in delta.created_topics()] == ["a", "b"]
    assert loader.image.provenance == Provenance(offset=1, epoch=3, timestamp_ms=77)
    assert loader.take_delta() is None


def test_a_record_without_trace_moves_the_offset() -> None:
    loader = loaded([NoOpRecord()])
    delta = loader.take_delta()
    assert delta is not None
    assert (delta.after.provenance.offset, content(delta.after) == content(EMPTY)) == (0, True)


def test_an_open_transaction_shows_only_what_came_before_it() -> None:
    assert published(loaded([topic("a")], [BEGIN, topic("b")])) == (["a"], 0)
    assert published(loaded([topic("a"), BEGIN, topic("b")])) == (["a"], 0)


def test_the_end_shows_the_whole_transaction() -> None:
    assert published(loaded([BEGIN, topic("a")], [topic("b"), END])) == (["a", "b"], 3)
    assert published(loaded([topic("a"), BEGIN, topic("b"), END, topic("c")])) == (["a", "b", "c"], 4)


def test_an_abort_drops_the_transaction_and_the_log_goes_on() -> None:
    assert published(loaded([topic("a"), BEGIN, topic("b"), ABORT], [topic("c")])) == (["a", "c"], 4)


def test_publishing_inside_a_transaction_loses_nothing() -> None:
    loader = loaded([topic("a"), BEGIN, topic("b")])
    assert published(loader) == (["a"], 0)
    loader.load_batch([topic("c"), END], 3, epoch=3, timestamp_ms=77)
    delta = loader.take_delta()
    assert delta is not None
    assert [created.name for created in delta.created_topics()] == ["b", "c"]


def test_what_was_published_before_an_abort_is_not_published_again() -> None:
    loader = loaded([topic("a"), BEGIN, topic("b")])
    loader.take_delta()
    loader.load_batch([ABORT, topic("c")], 3, epoch=3, timestamp_ms=77)
    delta = loader.take_delta()
    assert delta is not None
    assert [created.name for created in delta.created_topics()] == ["c"]


@pytest.mark.parametrize(
    ("batch", "rule"),
    [
        ([BEGIN, BEGIN], "BeginTransactionRecord: the transaction at 0 was never closed"),
        ([END], "EndTransactionRecord: there is no open transaction"),
        ([ABORT], "AbortTransactionRecord: there is no open transaction"),
        ([BEGIN, END, END], "EndTransactionRecord: there is no open transaction"),
    ],
)
def test_brackets_that_do_not_match_stop_replay(batch: list[Message], rule: str) -> None:
    with pytest.raises(ReplayError, match=rule):
        loaded(batch)


def test_a_snapshot_replaces_everything_and_its_delta_says_what_is_gone() -> None:
    loader = loaded([topic("a"), topic("b"), BEGIN])
    loader.take_delta()
    delta = loader.load_snapshot([topic("b"), topic("c")], Provenance(10, 4, 5))
    assert [gone.name for gone in delta.deleted_topics()] == ["a"]
    assert [created.name for created in delta.created_topics()] == ["c"]
    assert published(loader) == (["b", "c"], 10)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 7), min_size=1, max_size=30), st.booleans())
def test_batches_and_publishing_do_not_matter_to_the_image(
    seed: int, sizes: list[int], publish: bool
) -> None:
    records = history(seed, sum(sizes))
    loader, offset = MetadataLoader(), 0
    for size in sizes:
        loader.load_batch(records[offset : offset + size], offset, epoch=1, timestamp_ms=0)
        offset += size
        if publish:
            loader.take_delta()
    loader.take_delta()
    assert content(loader.image) == content(image_of(records))
    assert loader.image.provenance.offset == len(records) - 1
