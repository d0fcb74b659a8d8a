"""Records inside a batch: what is built is read back, and nothing that does not add up is believed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.records.batch import (
    HEADER_SIZE,
    LOG_APPEND_TIME,
    BatchHeader,
    read_header,
    seal,
    validate,
)
from ottla.records.compression import Codec
from ottla.records.invalid_record import InvalidRecord, UnsupportedCompression
from ottla.records.records import (
    Record,
    assemble,
    build_batch,
    empty_batch,
    record_bytes,
    records,
    spans,
)

a_blob = st.none() | st.binary(max_size=200)
a_header = st.tuples(st.text(max_size=20), a_blob)
some_records = st.lists(
    st.builds(
        Record,
        offset=st.just(0),
        timestamp=st.integers(0, 1 << 50),
        key=a_blob,
        value=a_blob,
        headers=st.lists(a_header, max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=12,
).map(lambda found: [record._replace(offset=i) for i, record in enumerate(found)])


def read(batch: bytes | bytearray) -> list[Record]:
    header = read_header(batch)
    validate(batch, 0, header)
    return list(records(batch, 0, header))


def with_section(section: bytes, count: int = 1) -> tuple[bytearray, BatchHeader]:
    """A batch with these bytes for its records."""
    template = read_header(build_batch([Record(0, 0, None, b"v")]))
    batch = assemble(template._replace(record_count=count), section)
    return batch, read_header(batch)


@settings(deadline=None)
@given(some_records, st.sampled_from(Codec))
def test_what_is_built_is_read_back(content: list[Record], codec: Codec) -> None:
    assert read(build_batch(content, compression=codec)) == content


@settings(deadline=None)
@given(some_records)
def test_the_spans_tile_the_records(content: list[Record]) -> None:
    batch = build_batch(content)
    data = record_bytes(batch, 0, read_header(batch))
    found = list(spans(data, len(content)))
    assert [span.start for span in found] == [0, *(span.end for span in found[:-1])]
    assert found[-1].end == len(data)
    assert [span.key_size for span in found] == [-1 if r.key is None else len(r.key) for r in content]


def test_offsets_may_have_gaps_and_the_last_offset_may_be_kept() -> None:
    content = [Record(10, 5, b"a", b"1"), Record(14, 6, b"b", b"2")]
    batch = build_batch(content, base_offset=10, last_offset=20)
    assert read(batch) == content
    assert read_header(batch).last_offset == 20


def test_with_log_append_time_all_records_bear_the_batch_time() -> None:
    batch = build_batch(
        [Record(0, 5, None, b"a"), Record(1, 6, None, b"b")],
        timestamp_type=LOG_APPEND_TIME,
        log_append_time=99,
    )
    assert [record.timestamp for record in read(batch)] == [99, 99]


def test_a_delete_horizon_takes_the_place_of_the_base_timestamp() -> None:
    batch = build_batch([Record(0, 5, b"k", None)], delete_horizon=70)
    assert read_header(batch).delete_horizon == 70
    assert read(batch) == [Record(0, 5, b"k", None)]


def test_an_empty_batch_keeps_offsets_producer_and_sequence() -> None:
    batch = build_batch(
        [Record(0, 5, b"k", b"v"), Record(1, 6, b"k", b"v")],
        compression=Codec.GZIP,
        producer_id=4,
        producer_epoch=1,
        base_sequence=8,
        transactional=True,
    )
    header = read_header(empty_batch(read_header(batch)))
    assert (header.size, header.record_count, header.compression) == (HEADER_SIZE, 0, 0)
    assert (header.last_offset, header.last_sequence, header.producer_epoch) == (1, 9, 1)
    assert header.is_transactional
    assert header.max_timestamp == 6
    assert read(empty_batch(header)) == []


def test_bytes_behind_the_last_record_are_refused() -> None:
    batch = build_batch([Record(0, 0, None, b"v")])
    batch, header = with_section(bytes(batch[HEADER_SIZE:]) + b"\0")
    with pytest.raises(InvalidRecord, match="records still remaining in file"):
        list(records(batch, 0, header))


def test_fewer_records_than_promised_are_refused() -> None:
    batch = build_batch([Record(0, 0, None, b"v")])
    batch, header = with_section(bytes(batch[HEADER_SIZE:]), count=2)
    with pytest.raises(InvalidRecord, match="premature EOF reached"):
        list(records(batch, 0, header))


def test_a_negative_count_is_refused() -> None:
    batch, header = with_section(b"", count=-1)
    with pytest.raises(InvalidRecord, match="Found invalid record count -1 in magic v2 batch"):
        list(records(batch, 0, header))


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (
            bytes([2 * 20, 0, 0, 0, 1, 1, 0]),
            "expected 20 bytes in record payload, but instead the buffer has only 6",
        ),
        (bytes([1, 0, 0, 0, 1, 1, 0]), "expected -1 bytes"),
        (
            bytes([2 * 7, 0, 0, 0, 1, 1, 0, 0]),
            "expected to read 7 bytes in record payload, but instead read 6",
        ),
        (bytes([2 * 6, 0, 0, 0, 1, 1, 1]), "Found invalid number of record headers -1"),
        (bytes([2 * 6, 0, 0, 0, 1, 1, 2 * 9]), "9 is larger than the remaining size of the buffer"),
        (bytes([2 * 8, 0, 0, 0, 1, 1, 2 * 1, 1, 0]), "Invalid negative header key size -1"),
        (bytes([2 * 8, 0, 0, 0, 1, 1, 2 * 1, 2 * 5, 0]), "Found invalid record structure"),
        (bytes([2 * 6, 0, 0, 0, 2 * 9, 1, 0]), "EOF|structure"),
        (bytes([2 * 6, 0, 0, 0, 1, 2 * 9, 0]), "structure"),
        (bytes([2 * 10, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0]), "EOF|structure"),
    ],
)
def test_a_record_that_does_not_add_up_is_refused(section: bytes, message: str) -> None:
    batch, header = with_section(section)
    with pytest.raises(InvalidRecord, match=message):
        list(records(batch, 0, header))


@settings(deadline=None)
@given(some_records, st.data())
def test_damage_ends_in_records_or_in_a_refusal_and_nothing_else(
    content: list[Record], data: st.DataObject
) -> None:
    batch = build_batch(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(HEADER_SIZE, len(batch) - 1))
        batch[at] = data.draw(st.integers(0, 255))
    seal(batch, 0, len(batch))
    try:
        found = read(batch)
    except InvalidRecord:
        return
    assert len(found) == len(content)


def test_an_unknown_codec_is_named() -> None:
    batch = build_batch([Record(0, 0, None, b"v")])
    batch[22] |= 5
    seal(batch, 0, len(batch))
    with pytest.raises(UnsupportedCompression, match="Unknown compression type id: 5"):
        list(records(batch, 0, read_header(batch)))
