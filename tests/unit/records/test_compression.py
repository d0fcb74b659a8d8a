"""The codecs: Kafka's frames out, any honest frame in, no bomb."""

import struct
import zlib

import cramjam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.records.compression import Codec, compress, decompress
from ottla.records.invalid_record import InvalidRecord

REAL = [codec for codec in Codec if codec is not Codec.NONE]


@settings(deadline=None)
@given(st.binary(max_size=2_000), st.sampled_from(REAL))
def test_what_is_compressed_is_read_back(data: bytes, codec: Codec) -> None:
    assert bytes(decompress(codec, bytes(compress(codec, data)))) == data


@pytest.mark.parametrize("codec", REAL)
def test_content_of_several_blocks_is_read_back(codec: Codec) -> None:
    data = b"".join(struct.pack(">I", i * 2654435761 % (1 << 32)) for i in range(60_000))
    assert bytes(decompress(codec, bytes(compress(codec, data)))) == data


@pytest.mark.parametrize(
    ("codec", "level"),
    [
        (Codec.GZIP, 1),
        (Codec.GZIP, 9),
        (Codec.GZIP, -1),
        (Codec.LZ4, 1),
        (Codec.LZ4, 17),
        (Codec.ZSTD, -7),
        (Codec.ZSTD, 22),
    ],
)
def test_every_level_that_kafka_takes_works(codec: Codec, level: int) -> None:
    data = b"the quick brown fox " * 500
    assert bytes(decompress(codec, bytes(compress(codec, data, level)))) == data


def test_snappy_is_framed_as_xerial_does() -> None:
    frame = bytes(compress(Codec.SNAPPY, b"x" * 40_000))
    assert frame[:16] == b"\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01"
    (first,) = struct.unpack_from(">i", frame, 16)
    assert bytes(cramjam.snappy.decompress_raw(frame[20 : 20 + first])) == b"x" * 32_768


def test_a_bare_snappy_block_is_read_as_librdkafka_sends_it() -> None:
    assert decompress(Codec.SNAPPY, bytes(cramjam.snappy.compress_raw(b"abc" * 100))) == b"abc" * 100


def test_lz4_frames_have_independent_blocks() -> None:
    """Kafka's clients refuse frames whose blocks depend on each other."""
    frame = bytes(compress(Codec.LZ4, b"x" * 200_000))
    assert frame[:4] == bytes.fromhex("04224d18")
    assert frame[4] & 0x20, "blocks are independent"
    assert frame[4] & 0x08 == 0, "no content size"


@pytest.mark.parametrize("codec", REAL)
@settings(deadline=None)
@given(st.binary(max_size=60))
def test_garbage_is_refused(codec: Codec, garbage: bytes) -> None:
    try:
        decompress(codec, b"\x01" + garbage)
    except InvalidRecord:
        return
    assert codec is Codec.SNAPPY, "only a bare snappy block has no magic"


@pytest.mark.parametrize("codec", REAL)
def test_a_frame_cut_short_is_refused(codec: Codec) -> None:
    frame = bytes(compress(codec, b"some words that are worth it " * 50))
    with pytest.raises(InvalidRecord):
        decompress(codec, frame[:-6])


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
def test_a_bomb_is_refused(codec: Codec) -> None:
    # Zeros compress a thousandfold and more.
    bomb = bytes(compress(codec, bytes(80 * 1024 * 1024)))
    with pytest.raises(InvalidRecord, match="decompress to more than"):
        decompress(codec, bomb)


def test_a_snappy_block_that_claims_two_gibibytes_is_refused_before_memory_is_taken() -> None:
    block = b"\xff\xff\xff\xff\x07" + b"\x00" * 10
    with pytest.raises(InvalidRecord):
        decompress(Codec.SNAPPY, block)


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=500))
def test_gzip_of_any_maker_is_read(data: bytes) -> None:
    maker = zlib.compressobj(wbits=31)
    assert bytes(decompress(Codec.GZIP, maker.compress(data) + maker.flush())) == data
