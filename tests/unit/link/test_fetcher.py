"""Positions, and the fetches that move them on."""

import pytest
from tests.unit.link.clusters import a_view, metadata, topic_id

from ottla.link.consumer.fetched import FetchedPartition
from ottla.link.consumer.fetcher import Fetch, Fetcher, NoOffsetForPartition, OffsetOutOfRange
from ottla.link.consumer.settings import EARLIEST, LATEST, ConsumerSettings
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.records.records import Record, build_batch
from ottla.wire.messages.fetch_response import FetchableTopicResponse, FetchResponse, PartitionData

T0, T1, T2 = (TopicPartition("t", index) for index in range(3))


class AFetcher:
    """Partitions t-0 and t-1 are led by node 1, t-2 by node 2."""

    def __init__(self, reset_to: int | None = LATEST) -> None:
        self.view = a_view({"t": [1, 1, 2]})
        self.core = Fetcher(ConsumerSettings(reset_to=reset_to, retry_backoff_ms=100), self.view)
        self.now_ms = 1_000

    def reading(self, **positions: int) -> "AFetcher":
        """From these offsets on: `t0=5`."""
        names = {TopicPartition("t", int(name[1:])): offset for name, offset in positions.items()}
        self.core.assign(names)
        for name, offset in names.items():
            self.core.seek(name, offset)
        return self

    def fetches(self) -> list[Fetch]:
        return self.core.fetches(self.now_ms)

    def fetch(self) -> Fetch:
        (found,) = self.fetches()
        return found

    def answer(
        self, fetch: Fetch, *values: bytes, code: ErrorCode = ErrorCode.NONE, base: int | None = None
    ) -> list[FetchedPartition]:
        """The same for all partitions: records from the offset that was asked for on, or from `base`."""
        partitions = []
        for name, asked in fetch.offsets.items():
            first = asked if base is None else base
            content = [Record(first + at, 0, None, value, ()) for at, value in enumerate(values)]
            data = bytes(build_batch(content, base_offset=first)) if content else b""
            partitions.append(
                PartitionData(partition_index=name.partition, error_code=code, high_watermark=9, records=data)
            )
        topic = FetchableTopicResponse(topic_id=topic_id("t"), partitions=partitions)
        return self.core.answered(fetch, FetchResponse(responses=[topic]), self.now_ms)


def test_partitions_without_a_position_are_looked_up_by_the_policy() -> None:
    fetcher = AFetcher(reset_to=EARLIEST)
    fetcher.core.assign([T0, T1])
    assert fetcher.fetches() == []
    assert fetcher.core.unknown(fetcher.now_ms) == {T0: EARLIEST, T1: EARLIEST}


def test_a_seek_to_a_time_outranks_the_policy() -> None:
    fetcher = AFetcher(reset_to=EARLIEST)
    fetcher.core.assign([T0])
    fetcher.core.seek_to_time(T0, 12_345)
    assert fetcher.core.unknown(fetcher.now_ms) == {T0: 12_345}
    fetcher.core.located(T0, 7, fetcher.now_ms)
    assert fetcher.core.unknown(fetcher.now_ms) == {}
    assert fetcher.fetch().offsets == {T0: 7}


def test_without_a_policy_a_missing_position_is_an_error() -> None:
    fetcher = AFetcher(reset_to=None)
    fetcher.core.assign([T0])
    with pytest.raises(NoOffsetForPartition, match=r"no reset policy for partitions: \[t-0\]"):
        fetcher.core.unknown(fetcher.now_ms)


def test_a_look_up_that_failed_is_made_again_later() -> None:
    fetcher = AFetcher()
    fetcher.core.assign([T0])
    fetcher.core.located(T0, None, fetcher.now_ms)
    assert fetcher.core.unknown(fetcher.now_ms) == {}
    assert fetcher.core.next_deadline() == fetcher.now_ms + 100
    assert fetcher.core.unknown(fetcher.now_ms + 100) == {T0: LATEST}


def test_one_fetch_asks_a_node_for_all_that_it_leads() -> None:
    fetcher = AFetcher().reading(t0=1, t1=2, t2=3)
    assert {fetch.node: fetch.offsets for fetch in fetcher.fetches()} == {1: {T0: 1, T1: 2}, 2: {T2: 3}}
    assert fetcher.fetches() == []


def test_what_was_fetched_is_read_before_more_is_asked_for() -> None:
    fetcher = AFetcher().reading(t0=5)
    (fetched,) = fetcher.answer(fetcher.fetch(), b"a", b"b")
    assert fetcher.fetches() == []
    assert [record.offset for record in fetched] == [5, 6]
    fetcher.core.finished(fetched)
    assert fetcher.fetch().offsets == {T0: 7}


def test_an_empty_answer_is_asked_again() -> None:
    fetcher = AFetcher().reading(t0=5)
    assert fetcher.answer(fetcher.fetch()) == []
    assert fetcher.fetch().offsets == {T0: 5}


def test_an_answer_from_before_a_seek_does_not_count() -> None:
    fetcher = AFetcher().reading(t0=5)
    fetch = fetcher.fetch()
    fetcher.core.seek(T0, 50)
    assert fetcher.answer(fetch, b"old") == []
    assert fetcher.fetch().offsets == {T0: 50}


def test_records_of_a_partition_that_is_not_ours_any_more_are_not_current() -> None:
    fetcher = AFetcher().reading(t0=5, t1=0)
    first, second = fetcher.answer(fetcher.fetch(), b"a")
    fetcher.core.assign([T1])
    assert not fetcher.core.is_current(first)
    assert fetcher.core.is_current(second)
    assert fetcher.core.partitions == [T1]


def test_positions_stay_over_an_assignment() -> None:
    fetcher = AFetcher().reading(t0=5)
    fetcher.core.assign([T0, T2])
    assert fetcher.fetch().offsets == {T0: 5}


@pytest.mark.parametrize(
    "code", [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.FENCED_LEADER_EPOCH]
)
def test_a_node_that_does_not_lead_is_left_for_the_one_that_does(code: ErrorCode) -> None:
    fetcher = AFetcher().reading(t0=5)
    assert fetcher.answer(fetcher.fetch(), code=code) == []
    assert fetcher.core.stale
    assert fetcher.fetches() == []
    fetcher.view.learn(metadata({"t": [3, 1, 2]}, epoch=1))
    fetcher.now_ms += 100
    assert fetcher.fetch().node == 3


def test_a_broken_connection_is_tried_again_later() -> None:
    fetcher = AFetcher().reading(t0=5)
    fetcher.core.broken(fetcher.fetch(), fetcher.now_ms)
    assert fetcher.core.stale
    assert fetcher.fetches() == []
    fetcher.now_ms += 100
    assert fetcher.fetch().offsets == {T0: 5}


def test_an_offset_out_of_range_is_looked_up_anew() -> None:
    fetcher = AFetcher(reset_to=EARLIEST).reading(t0=99)
    fetcher.answer(fetcher.fetch(), code=ErrorCode.OFFSET_OUT_OF_RANGE)
    assert fetcher.core.unknown(fetcher.now_ms) == {T0: EARLIEST}


def test_without_a_policy_an_offset_out_of_range_is_an_error() -> None:
    fetcher = AFetcher(reset_to=None).reading(t0=99)
    with pytest.raises(OffsetOutOfRange, match="Fetch position 99 is out of range for partition t-0"):
        fetcher.answer(fetcher.fetch(), code=ErrorCode.OFFSET_OUT_OF_RANGE)


def test_an_error_that_does_not_pass_is_raised() -> None:
    fetcher = AFetcher().reading(t0=5)
    with pytest.raises(ApiError) as raised:
        fetcher.answer(fetcher.fetch(), code=ErrorCode.TOPIC_AUTHORIZATION_FAILED)
    assert raised.value.code is ErrorCode.TOPIC_AUTHORIZATION_FAILED


def test_a_partition_without_a_leader_waits_for_news() -> None:
    fetcher = AFetcher().reading(t0=5)
    fetcher.view.learn(metadata({"t": [-1, 1, 2]}, epoch=1))
    assert fetcher.fetches() == []
    assert fetcher.core.stale
    assert fetcher.core.next_deadline() == fetcher.now_ms + 100


def test_a_fetch_begins_inside_a_batch_when_the_position_lies_there() -> None:
    fetcher = AFetcher().reading(t0=6)
    (fetched,) = fetcher.answer(fetcher.fetch(), b"a", b"b", b"c", base=5)
    assert [record.value for record in fetched] == [b"b", b"c"]
