"""One connection to a node, as its client: requests in order, answers matched to them.

Sans-IO: `request` and `opening` give bytes to send, `receive` takes bytes and gives answers. The first
exchange is always ApiVersions; a node that doesn't know our version of it answers in version 0 (KIP-511).
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from struct import Struct
from typing import Any, NamedTuple

from ottla.model.errors import ErrorCode
from ottla.wire.catalogue import response_class
from ottla.wire.index import BY_KEY
from ottla.wire.message import Message
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.api_versions_response import ApiVersionsResponse
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion, put_nullable_string

_HEAD = Struct(">ihhi")
_SIZE = Struct(">i")
_API_VERSIONS = 18
_FRAME_BYTES_MAX = 2**31 - 1


class Received(NamedTuple):
    """One answer and the token of its request; the raw frame (without size) when raw was asked for."""

    token: Hashable
    response: Any


@dataclass(frozen=True, slots=True)
class _Sent:
    token: Hashable
    key: int
    version: int
    raw: bool


class _Opening:
    """The token of our own ApiVersions exchange."""


_OPENING = _Opening()


class LinkConnection:
    """Knows what the node serves, what was asked, and what is missing of the next answer."""

    def __init__(self, client_id: str, *, software: tuple[str, str] = ("ottla", "0.1.0")) -> None:
        self._client_id = client_id
        self._software = software
        self._sent: deque[_Sent] = deque()
        self._first_correlation = 0
        self._input = bytearray()
        self.versions: dict[int, tuple[int, int]] | None = None
        """What the node serves, by key; None until it has said so."""
        self.features: Any = None
        """The node's whole ApiVersions answer."""

    @property
    def in_flight(self) -> int:
        return len(self._sent)

    def opening(self, version: int = 4) -> bytes:
        """The first bytes: ask what the node serves."""
        name, number = self._software
        request = ApiVersionsRequest()
        if version >= 3:
            request.client_software_name, request.client_software_version = name, number
        return self._encode(request, version, _OPENING, raw=False)

    def version_of(self, request: type[Message] | Message) -> int:
        """The highest version of this API that both sides know. Raises UnsupportedVersion."""
        key = request.KEY
        assert self.versions is not None, "the node has not said yet what it serves"
        theirs = self.versions.get(key)
        lowest, highest = BY_KEY[key].versions
        if theirs is None:
            raise UnsupportedVersion(f"The node does not support {_name(key)}")
        lowest, highest = max(lowest, theirs[0]), min(highest, theirs[1])
        if lowest > highest:
            raise UnsupportedVersion(f"The node does not support a version of {_name(key)} that we know")
        return highest

    def request(self, request: Message, token: Hashable, version: int | None = None) -> bytes:
        """The frame that asks `request`. Its answer will come with `token`."""
        return self._encode(
            request, self.version_of(request) if version is None else version, token, raw=False
        )

    def expects_none(self) -> None:
        """The request just made wants no answer (produce with acks=0)."""
        self._sent.pop()

    def receive(self, data: bytes | bytearray | memoryview) -> list[Received]:
        """Answers that are whole now. Raises ProtocolError when they fit no request."""
        self._input += data
        received: list[Received] = []
        at = 0
        while len(self._input) - at >= 4:
            size = _SIZE.unpack_from(self._input, at)[0]
            if not 4 <= size <= _FRAME_BYTES_MAX:
                raise ProtocolError(f"an answer of {size} bytes")
            if len(self._input) - at < 4 + size:
                break
            frame = bytes(memoryview(self._input)[at + 4 : at + 4 + size])
            at += 4 + size
            answer = self._decode(frame)
            if answer is not None:
                received.append(answer)
        if at:
            del self._input[:at]
        return received

    def _encode(self, request: Message, version: int, token: Hashable, *, raw: bool) -> bytes:
        key = request.KEY
        out = bytearray(_HEAD.pack(0, key, version, self._next_correlation()))
        put_nullable_string(out, self._client_id)
        if version >= BY_KEY[key].flexible_from:
            out.append(0)
        request.write(out, version)
        _SIZE.pack_into(out, 0, len(out) - 4)
        self._sent.append(_Sent(token, key, version, raw))
        return bytes(out)

    def _next_correlation(self) -> int:
        return (self._first_correlation + len(self._sent)) & 0x7FFFFFFF

    def _decode(self, frame: bytes) -> Received | None:
        if not self._sent:
            raise ProtocolError("an answer that nobody asked for")
        sent = self._sent.popleft()
        expected = self._first_correlation
        self._first_correlation = (expected + 1) & 0x7FFFFFFF
        source = Reader(frame, elements_max=50_000_000)
        correlation = source.int32()
        if correlation != expected:
            raise ProtocolError(f"the answer to {correlation} where the one to {expected} is due")
        if sent.token is _OPENING:
            return self._opened(source, sent.version)
        if sent.version >= BY_KEY[sent.key].flexible_from and sent.key != _API_VERSIONS:
            source.skip_tags()
        return Received(sent.token, response_class(sent.key).read(source, sent.version))

    def _opened(self, source: Reader, version: int) -> Received | None:
        body = source.at
        refused = source.int16() == ErrorCode.UNSUPPORTED_VERSION
        source.at = body
        answer = ApiVersionsResponse.read(source, 0 if refused else version)
        ranges = {api.api_key: (api.min_version, api.max_version) for api in answer.api_keys}
        if refused and version > 0:
            known = ranges.get(_API_VERSIONS, (0, 0))[1]
            return Received(REOPEN, min(known, version - 1))
        self.versions, self.features = ranges, answer
        return Received(OPENED, answer)


class _Mark:
    """A token that no caller uses."""


OPENED = _Mark()
"""Token of the answer that says what the node serves: requests may follow."""
REOPEN = _Mark()
"""Token that asks the driver to send `opening(response)` again, in a version the node knows."""


def _name(key: int) -> str:
    return BY_KEY[key].request[0].removesuffix("_request").upper() if key in BY_KEY else str(key)
