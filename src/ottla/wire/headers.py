"""What stands between a frame's length and its body: the request header and the response header.

Sources: RequestHeader.json v1-2, ResponseHeader.json v0-1; KIP-482 (a header becomes flexible with its API),
KIP-511 (the answer to ApiVersions keeps header 0, so that a client whose version we lack can read it).
"""

import struct
from struct import Struct
from typing import NamedTuple

from ottla.wire.index import BY_KEY
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion, put_nullable_string

_START = Struct(">hhih")
_CORRELATION = Struct(">i")
_API_VERSIONS = 18


class RequestHeader(NamedTuple):
    """The header of one request, and the offset in the frame where its body starts."""

    key: int
    version: int
    correlation_id: int
    client_id: str | None
    body_at: int


def request_header_version(key: int, version: int) -> int:
    """1 or 2. `UnsupportedVersion` for an API key that Kafka 4.3 does not know."""
    api = BY_KEY.get(key)
    if api is None:
        raise UnsupportedVersion(f"Unsupported api key {key}")
    return 2 if version >= api.flexible_from else 1


def response_header_version(key: int, version: int) -> int:
    """0 or 1. `UnsupportedVersion` for an API key that Kafka 4.3 does not know."""
    return 0 if key == _API_VERSIONS else request_header_version(key, version) - 1


def read_header(frame: bytes | bytearray | memoryview) -> RequestHeader:
    """Parse the header of a frame (without its length prefix).

    `UnsupportedVersion` for an unknown key; `ProtocolError` for bytes that are no header. A version that we
    lack is no error here: whether its header is flexible is known all the same, and ApiVersions has an
    answer for it.
    """
    try:
        key, version, correlation_id, size = _START.unpack_from(frame)
    except struct.error:
        raise ProtocolError(f"a frame of {len(frame)} bytes has no request header") from None
    api = BY_KEY.get(key)
    if api is None:
        raise UnsupportedVersion(f"Unsupported api key {key}")
    client_id, at = _client_id(frame, size)
    if version >= api.flexible_from:
        at = _after_tags(frame, at)
    return RequestHeader(key, version, correlation_id, client_id, at)


def put_request_header(
    out: bytearray, key: int, version: int, correlation_id: int, client_id: str | None
) -> None:
    out += _START.pack(key, version, correlation_id, 0)[:8]
    put_nullable_string(out, client_id)
    if request_header_version(key, version) == 2:
        out.append(0)


def read_response_header(frame: bytes | bytearray | memoryview, version: int) -> tuple[int, int]:
    """The correlation id and the offset where the body starts; `version` is the header's."""
    source = Reader(frame)
    correlation_id = source.int32()
    if version >= 1:
        source.skip_tags()
    return correlation_id, source.at


def put_response_header(out: bytearray, correlation_id: int, version: int) -> None:
    out += _CORRELATION.pack(correlation_id)
    if version >= 1:
        out.append(0)


def _client_id(frame: bytes | bytearray | memoryview, size: int) -> tuple[str | None, int]:
    """The client id, which is never compact, and where it ends."""
    start = _START.size
    if size < 0:
        return None, start
    if start + size > len(frame):
        raise ProtocolError(f"a client id of {size} bytes does not fit into its frame")
    try:
        return str(frame[start : start + size], "utf-8"), start + size
    except UnicodeDecodeError:
        raise ProtocolError("a client id is not UTF-8") from None


def _after_tags(frame: bytes | bytearray | memoryview, at: int) -> int:
    if at < len(frame) and frame[at] == 0:
        return at + 1
    source = Reader(frame, at)
    source.skip_tags()
    return source.at
