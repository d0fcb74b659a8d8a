"""Offsets by time."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.log.a_log import START_MS, a_batch, a_log, at, put

from ottla.log.offset_lookup import FoundOffset
from ottla.model.ids import Offset
from ottla.records.batch import LOG_APPEND_TIME
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch


def test_the_log_s_ends_are_told_with_their_epochs() -> None:
    log = a_log()
    assert log.earliest_offset() == FoundOffset(-1, 0, -1)
    assert log.latest_offset() == FoundOffset(-1, 0, -1)
    put(log, a_batch(b"a", b"b"), epoch=4)
    put(log, a_batch(b"c"), epoch=6)
    assert log.earliest_offset() == FoundOffset(-1, 0, 4)
    assert log.latest_offset() == FoundOffset(-1, 3, 6)
    log.advance_log_start(Offset(2))
    assert log.earliest_offset() == FoundOffset(-1, 2, 6)


def test_the_first_record_of_a_time_is_found_inside_its_batch() -> None:
    log = a_log()
    content = [Record(i, START_MS + 10 * i, None, b"x") for i in range(5)]
    put(log, build_batch(content, compression=Codec.LZ4), epoch=3)
    assert log.offset_for_timestamp(START_MS + 15) == FoundOffset(START_MS + 20, 2, 3)
    assert log.offset_for_timestamp(0) == FoundOffset(START_MS, 0, 3)
    assert log.offset_for_timestamp(START_MS + 41) is None


def test_the_largest_time_is_told_with_the_first_record_that_has_it() -> None:
    log = a_log()
    assert log.offset_of_max_timestamp() is None
    for ms in (5, 9, 9, 1):
        put(log, a_batch(b"x", ms=ms))
    assert log.offset_of_max_timestamp() == FoundOffset(START_MS + 9, 1, 0)


def test_with_log_append_time_the_batch_s_time_counts() -> None:
    log = a_log(message_timestamp_type=LOG_APPEND_TIME)
    put(log, a_batch(b"a", b"b"), at(100))
    put(log, a_batch(b"c"), at(200))
    assert log.offset_for_timestamp(START_MS + 101) == FoundOffset(START_MS + 200, 2, 0)
    assert log.offset_of_max_timestamp() == FoundOffset(START_MS + 200, 2, 0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=30),
    st.integers(-1, 32),
    st.integers(0, 29),
    st.sampled_from([100, 400, 1 << 30]),
)
def test_the_answer_is_that_of_a_search_through_all_records_where_time_ascends(
    times: list[int], wanted: int, start: int, segment_bytes: int
) -> None:
    times = sorted(times)
    log = a_log(segment_bytes=segment_bytes, index_interval_bytes=100)
    for ms in times:
        put(log, a_batch(b"x", ms=ms))
    start = min(start, len(times))
    log.advance_log_start(Offset(start))
    found = log.offset_for_timestamp(START_MS + wanted)
    expected = [o for o, ms in enumerate(times) if ms >= wanted and o >= start]
    assert (found.offset if found else None) == (expected[0] if expected else None)
    largest = log.offset_of_max_timestamp()
    assert largest is not None
    assert largest.offset == times.index(max(times))
