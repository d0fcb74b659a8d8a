"""The primitives: what is put is read, and what does not fit into its frame is refused."""

from collections.abc import Callable
from struct import Struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.wire.primitives import (
    ProtocolError,
    Reader,
    put_compact_array,
    put_compact_int32s,
    put_compact_nullable_bytes,
    put_compact_nullable_string,
    put_compact_string,
    put_int32s,
    put_nullable_bytes,
    put_nullable_string,
    put_numbers,
    put_string,
    put_tags,
    put_unsigned_varint,
    put_varint,
    put_varlong,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
int32s = st.integers(-(2**31), 2**31 - 1)


def put(write: Callable[..., None], *values: Any) -> bytes:
    out = bytearray()
    write(out, *values)
    return bytes(out)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_unsigned_varint_comes_back(value: int) -> None:
    assert Reader(put(put_unsigned_varint, value)).unsigned_varint() == value


@settings(deadline=None)
@given(int32s)
def test_a_varint_comes_back(value: int) -> None:
    assert Reader(put(put_varint, value)).varint() == value


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1))
def test_a_varlong_comes_back(value: int) -> None:
    assert Reader(put(put_varlong, value)).varlong() == value


def test_varints_are_those_of_the_guide() -> None:
    assert put(put_unsigned_varint, 300) == b"\xac\x02"
    assert put(put_varint, -1) == b"\x01"
    assert put(put_varint, 1) == b"\x02"


@pytest.mark.parametrize("data", [b"\x80" * 5 + b"\x01", b"\xff\xff\xff\xff\x1f", b"\x80", b""])
def test_a_varint_of_more_than_32_bits_or_without_an_end_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Reader(data).unsigned_varint()


def test_a_varlong_of_more_than_64_bits_is_refused() -> None:
    with pytest.raises(ProtocolError, match="longer than 10 bytes"):
        Reader(b"\xff" * 10 + b"\x01").varlong()


@settings(deadline=None)
@given(st.none() | texts)
def test_a_string_comes_back_in_both_forms(text: str | None) -> None:
    assert Reader(put(put_nullable_string, text)).nullable_string() == text
    assert Reader(put(put_compact_nullable_string, text)).compact_nullable_string() == text
    if text is not None:
        assert Reader(put(put_string, text)).string() == text
        assert Reader(put(put_compact_string, text)).compact_string() == text


@settings(deadline=None)
@given(st.none() | st.binary(max_size=200))
def test_bytes_come_back_in_both_forms(data: bytes | None) -> None:
    assert Reader(put(put_nullable_bytes, data)).nullable_byte_string() == data
    assert Reader(put(put_compact_nullable_bytes, data)).compact_nullable_byte_string() == data
    assert Reader(put(put_nullable_bytes, data)).nullable_records() == data
    assert Reader(put(put_compact_nullable_bytes, data)).compact_nullable_records() == data


@settings(deadline=None)
@given(st.lists(int32s, max_size=12) | st.lists(int32s, min_size=126, max_size=129))
def test_arrays_of_numbers_come_back(values: list[int]) -> None:
    plain, compact = Reader(put(put_int32s, values)), Reader(put(put_compact_int32s, values))
    assert plain.int32s(plain.array(4)) == values
    assert compact.int32s(compact.compact_array(4)) == values
    assert Reader(put(put_numbers, values, "q")).numbers(len(values), "q") == values


def test_records_are_a_slice_of_the_frame() -> None:
    frame = bytearray(b"\x00\x00\x00\x03abc")
    records = Reader(frame).records()
    frame[4] = ord("x")
    assert bytes(records) == b"xbc"


@pytest.mark.parametrize(
    "read",
    [
        Reader.string,
        Reader.compact_string,
        Reader.byte_string,
        Reader.compact_byte_string,
        Reader.records,
        Reader.compact_records,
    ],
)
def test_null_is_refused_where_it_may_not_be(read: Callable[[Reader], object]) -> None:
    null = b"\0" if "compact" in read.__name__ else b"\xff" * 4
    with pytest.raises(ProtocolError, match="null"):
        read(Reader(null))


def test_an_array_that_may_not_be_null_is_refused() -> None:
    with pytest.raises(ProtocolError, match="null"):
        Reader(b"\xff" * 4).array(1)
    with pytest.raises(ProtocolError, match="null"):
        Reader(b"\0").compact_array(1)
    assert Reader(b"\xff" * 4).nullable_array(1) is None
    assert Reader(b"\0").compact_nullable_array(1) is None


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (Reader.int8, b""),
        (Reader.boolean, b""),
        (Reader.int16, b"1"),
        (Reader.uint16, b"1"),
        (Reader.int32, b"123"),
        (Reader.uint32, b"123"),
        (Reader.int64, b"1234567"),
        (Reader.float64, b"1234567"),
        (Reader.uuid, b"15 bytes, no mo"),
        (Reader.string, b"\x00\x03ab"),
        (Reader.compact_string, b"\x04ab"),
        (Reader.compact_string, b"\x81\x01ab"),
        (Reader.byte_string, b"\x00\x00\x00\x03ab"),
        (Reader.compact_records, b"\x04ab"),
        (Reader.skip_tags, b"\x01\x00\x03ab"),
    ],
)
def test_a_length_past_the_end_of_the_frame_is_refused(read: Callable[[Reader], object], data: bytes) -> None:
    with pytest.raises(ProtocolError, match="bytes announced"):
        read(Reader(data))


def test_fields_of_fixed_size_past_the_end_are_refused() -> None:
    with pytest.raises(ProtocolError, match="12 bytes announced, 8 left"):
        Reader(bytes(8)).unpack(Struct(">iq"))


def test_an_array_that_the_frame_cannot_hold_is_refused_before_it_is_made() -> None:
    with pytest.raises(ProtocolError, match="bytes announced"):
        Reader(b"\x7f\xff\xff\xff" + bytes(100)).array(1)
    with pytest.raises(ProtocolError, match="bytes announced"):
        Reader(put(put_compact_array, 26) + bytes(100)).compact_array(4)
    assert Reader(put(put_compact_array, 25) + bytes(100)).compact_array(4) == 25


def test_the_arrays_of_one_frame_share_a_budget() -> None:
    source = Reader(bytes(8) + bytes(100), elements_max=5)
    source.frame = memoryview(put(put_compact_array, 3) * 2 + bytes(100))
    assert source.compact_array(1) == 3
    with pytest.raises(ProtocolError, match="too many elements"):
        source.compact_array(1)


def test_a_string_longer_than_16_bits_is_refused_in_the_compact_form_too() -> None:
    with pytest.raises(ProtocolError):
        Reader(put(put_unsigned_varint, 0x8001) + b"x" * 0x8000).compact_string()
    assert Reader(put(put_unsigned_varint, 0x8000) + b"x" * 0x7FFF).compact_string() == "x" * 0x7FFF


def test_a_string_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(ProtocolError, match="UTF-8"):
        Reader(b"\x02\xff").compact_string()


def test_tags_are_skipped_when_they_ascend() -> None:
    data = put(put_tags, [(0, bytearray(b"a")), (7, bytearray()), (300, bytearray(b"long" * 50))])
    source = Reader(data + b"rest")
    source.skip_tags()
    assert bytes(source.take(source.remaining)) == b"rest"


@pytest.mark.parametrize("tags", [[1, 1], [2, 1]])
def test_tags_that_do_not_ascend_are_refused(tags: list[int]) -> None:
    with pytest.raises(ProtocolError, match="follows tag"):
        Reader(put(put_tags, [(tag, bytearray()) for tag in tags])).skip_tags()


def test_a_tagged_field_longer_than_its_content_is_refused() -> None:
    source = Reader(b"\x05\x02ab")
    _, end = source.next_tag(-1)
    with pytest.raises(ProtocolError, match="2 bytes longer"):
        source.end_tag(end)
