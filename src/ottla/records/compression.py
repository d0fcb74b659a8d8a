"""The four codecs of record batches, framed as Kafka's Java client frames them.

gzip is a plain gzip stream and zstd a plain zstd frame. snappy is what the xerial library writes: a
header and blocks of 32 KiB, each with its length; a bare block, as librdkafka sends it, is read too. lz4
is a frame of independent blocks of 64 KiB without checksums. `cramjam` is imported on first use.
"""

from enum import IntEnum
from struct import Struct
from typing import Any

from ottla.records.invalid_record import InvalidRecord, UnsupportedCompression

DECOMPRESSED_MIN_CAP = 64 * 1024 * 1024
DECOMPRESSED_RATIO_CAP = 200
"""Nothing decompresses to more than both 64 MiB and 200 times its size: honest records never come near."""

_XERIAL_MAGIC = b"\x82SNAPPY\x00"
_XERIAL_HEADER = _XERIAL_MAGIC + b"\x00\x00\x00\x01\x00\x00\x00\x01"
_XERIAL_BLOCK = 32 * 1024
_SIZE = Struct(">i")
_GZIP_BEST, _LZ4_HIGH_MIN, _LZ4_HIGH_MAX = 6, 3, 12


class Codec(IntEnum):
    """Ids as in a batch's attributes; names in lower case as in configuration."""

    NONE = 0
    GZIP = 1
    SNAPPY = 2
    LZ4 = 3
    ZSTD = 4


DEFAULT_LEVELS = {Codec.GZIP: -1, Codec.LZ4: 9, Codec.ZSTD: 3}


def codec_of(attributes: int) -> Codec:
    """Raises UnsupportedCompression for the ids 5 to 7."""
    try:
        return Codec(attributes & 7)
    except ValueError:
        raise UnsupportedCompression(f"Unknown compression type id: {attributes & 7}") from None


def compress(codec: Codec, data: Any, level: int | None = None) -> Any:
    """`data` in the codec's frame. Levels have Kafka's meaning; None is Kafka's default."""
    if codec is Codec.NONE:
        return data
    import cramjam

    level = DEFAULT_LEVELS.get(codec, 0) if level is None else level
    match codec:
        case Codec.GZIP:
            return cramjam.gzip.compress(data, level=_GZIP_BEST if level < 0 else level)
        case Codec.ZSTD:
            return cramjam.zstd.compress(data, level=level)
        case Codec.SNAPPY:
            return _compress_xerial(cramjam, data)
        case Codec.LZ4:
            # Kafka takes the fast compressor at the default level and the slow, dense one at every other.
            dense = min(max(level, _LZ4_HIGH_MIN), _LZ4_HIGH_MAX)
            frame = cramjam.lz4.Compressor(
                level=0 if level == DEFAULT_LEVELS[codec] else dense,
                content_checksum=False,
                block_linked=False,
            )
            frame.compress(bytes(data))
            return frame.finish()


def decompress(codec: Codec, data: Any) -> bytes | bytearray | memoryview:
    """The content of a frame. Raises InvalidRecord when it is damaged or too large."""
    if codec is Codec.NONE:
        return data  # type: ignore[no-any-return]
    import cramjam

    cap = max(DECOMPRESSED_MIN_CAP, DECOMPRESSED_RATIO_CAP * len(data))
    try:
        match codec:
            case Codec.GZIP:
                return _decompress(cramjam.gzip, data, cap)
            case Codec.ZSTD:
                return _decompress(cramjam.zstd, data, cap)
            case Codec.LZ4:
                return _decompress(cramjam.lz4, data, cap)
            case Codec.SNAPPY:
                return _decompress_snappy(cramjam, memoryview(data), cap)
    except cramjam.DecompressionError as damage:
        raise InvalidRecord(f"Failed to decompress record stream: {damage}") from None


def _decompress(codec: Any, data: Any, cap: int) -> memoryview:
    """Into a buffer of our size, never one that the frame asks for: it grows until the content fits."""
    room = min(cap, max(4096, 4 * len(data)))
    while True:
        content = bytearray(room)
        try:
            return memoryview(content)[: codec.decompress_into(data, content)]
        except Exception as error:
            # The library has one exception for everything; only this text means that room was lacking.
            if "write whole buffer" not in str(error):
                raise
        if room == cap:
            raise InvalidRecord(f"Records of {len(data)} bytes decompress to more than {cap} bytes")
        room = min(cap, 4 * room)


def _compress_xerial(cramjam: Any, data: Any) -> bytearray:
    out, view = bytearray(_XERIAL_HEADER), memoryview(data)
    for start in range(0, len(view), _XERIAL_BLOCK):
        block = cramjam.snappy.compress_raw(view[start : start + _XERIAL_BLOCK])
        out += _SIZE.pack(len(block))
        out += memoryview(block)
    return out


def _decompress_snappy(cramjam: Any, data: memoryview, cap: int) -> bytes | bytearray:
    if data[: len(_XERIAL_MAGIC)] != _XERIAL_MAGIC:
        return _snappy_block(cramjam, data, cap)
    out, at = bytearray(), len(_XERIAL_HEADER)
    while at < len(data):
        if at + _SIZE.size > len(data):
            raise InvalidRecord("Failed to decompress record stream: a snappy block is cut short")
        (size,) = _SIZE.unpack_from(data, at)
        at += _SIZE.size
        if size < 0 or at + size > len(data):
            raise InvalidRecord("Failed to decompress record stream: a snappy block is cut short")
        out += _snappy_block(cramjam, data[at : at + size], cap - len(out))
        at += size
    return out


def _snappy_block(cramjam: Any, block: memoryview, cap: int) -> bytes:
    # The block says how large it becomes; ask before anything is allocated.
    size = cramjam.snappy.decompress_raw_len(block)
    if size > cap:
        raise InvalidRecord(f"A snappy block decompresses to {size} bytes, more than the {cap} allowed")
    return bytes(cramjam.snappy.decompress_raw(block))
