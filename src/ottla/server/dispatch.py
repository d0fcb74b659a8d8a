"""From a request frame to its answer: header, version, decoding, the handler, encoding."""

import logging
from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any

from ottla.machine.later import Later
from ottla.model.errors import ApiError, ErrorCode
from ottla.server.api import Api
from ottla.server.connection import Answer, Connection
from ottla.server.context import RequestContext, Services
from ottla.server.failure import failed_response
from ottla.server.fast.fetch_answer import FetchAnswer
from ottla.server.fast.repeated_produce import remember
from ottla.server.forwarding import CHECKED_FIRST, FORWARDED
from ottla.server.listener import Listener
from ottla.wire.headers import RequestHeader, read_header
from ottla.wire.message import Message
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion

_log = logging.getLogger("ottla.server")
_PRODUCE, _API_VERSIONS = 0, 18
_HEAD = Struct(">ii")
_SIZE = Struct(">i")


class Dispatcher:
    """Answers the requests of one listener."""

    def __init__(self, apis: Mapping[int, Api], listener: Listener, services: Services) -> None:
        self.apis = apis
        self.listener = listener
        self._services = services
        forwarded = FORWARDED - CHECKED_FIRST if listener.kind == "broker" else frozenset()
        self._forwarded = {key for key, api in apis.items() if api.name in forwarded}

    def accept(self, frame: memoryview, connection: Connection) -> Answer | Later[Answer]:
        repeated = connection.repeated_produce
        if repeated is not None:
            answer: Answer | Later[Answer] = repeated.answer(frame, self._services.clock.now())
            if answer is not None:
                return answer
        header = read_header(frame)
        api = self.apis.get(header.key)
        if api is None:
            raise ProtocolError(f"Received request api key {header.key} which is not enabled")
        lowest, highest = api.entry.versions
        if not lowest <= header.version <= highest:
            return self._unsupported(api, header)
        context = RequestContext(self._services, self, connection, header)
        if header.key in self._forwarded:
            api.request.read(Reader(frame, header.body_at), header.version)  # what is no request stays here
            return context.broker.forward(bytes(frame), connection.client_host)
        return self._handle(api, frame, header, context)

    def answer_embedded(self, frame: bytes, outer: RequestContext) -> Answer | Later[Answer]:
        """A request that came in an Envelope. Raises ProtocolError, UnsupportedVersion, ApiError."""
        header = read_header(frame)
        api = self.apis.get(header.key)
        if api is None or api.name not in FORWARDED:
            raise ApiError(ErrorCode.INVALID_REQUEST, f"API {header.key} is not forwarded")
        lowest, highest = api.entry.versions
        if not lowest <= header.version <= highest:
            raise UnsupportedVersion(f"{api.name} has no version {header.version}")
        context = RequestContext(self._services, self, outer.connection, header, is_forwarded=True)
        return self._handle(api, memoryview(frame), header, context)

    def refused(self, connection: Connection, reason: str) -> None:
        _log.info("Closing connection from %s: %s", connection.client_host, reason)

    def faulted(self, connection: Connection, fault: Exception) -> None:
        _log.error("Unexpected error handling a request of %s", connection.client_host, exc_info=fault)

    def _handle(
        self, api: Api, frame: memoryview, header: RequestHeader, context: RequestContext
    ) -> Answer | Later[Answer]:
        request = api.request.read(Reader(frame, header.body_at), header.version)
        try:
            answer = api.handle(request, context)
        except ApiError as error:
            answer = failed_response(api, request, error)
        if header.key == _PRODUCE:
            context.connection.repeated_produce = remember(frame, header, request, context.broker.partitions)
        if isinstance(answer, Later):
            return answer.then(lambda response: encode_response(api, header, response))
        return encode_response(api, header, answer)

    def _unsupported(self, api: Api, header: RequestHeader) -> Answer:
        """Kafka answers an ApiVersions it doesn't know in version 0, and hangs up on anything else."""
        if header.key != _API_VERSIONS:
            raise ProtocolError(
                f"Received request for api with key {header.key} and unsupported version {header.version}"
            )
        lowest, highest = api.entry.versions
        response = api.response(error_code=ErrorCode.UNSUPPORTED_VERSION)
        response.api_keys = [_range_type()(api_key=_API_VERSIONS, min_version=lowest, max_version=highest)]
        return encode_response(api, header._replace(version=0), response)


def encode_response(api: Api, header: RequestHeader, response: Message | FetchAnswer | None) -> Answer:
    """The whole frame. None where the request wants no answer (produce with acks=0)."""
    if response is None:
        return None
    if isinstance(response, FetchAnswer):
        return response.encode(header)
    out = bytearray(_HEAD.pack(0, header.correlation_id))
    if header.version >= api.entry.flexible_from and header.key != _API_VERSIONS:
        out.append(0)
    response.write(out, header.version)
    _SIZE.pack_into(out, 0, len(out) - 4)
    return out


def _range_type() -> Callable[..., Any]:
    from ottla.wire.messages.api_versions_response import ApiVersion

    return ApiVersion
