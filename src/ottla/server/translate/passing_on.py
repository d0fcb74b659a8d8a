"""A request that a handler passes on to the active controller, without what it has answered itself."""

from typing import Any, TypeVar

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.catalogue import response_class
from ottla.wire.headers import put_request_header, read_response_header, response_header_version
from ottla.wire.message import Message
from ottla.wire.primitives import Reader

Response = TypeVar("Response", bound=Message)
_SIZE = 4


def pass_on(request: Message, key: int, context: RequestContext) -> Later[Any]:
    """The controller's response to `request`, under the client's header; None when none answered in time."""
    version, frame = context.version, bytearray()
    put_request_header(frame, key, version, context.header.correlation_id, context.client_id)
    request.write(frame, version)
    answer = context.broker.forward(bytes(frame), context.client_host)
    return answer.then(lambda found: None if found is None else _decoded(found, key, version))


def _decoded(frame: bytes | bytearray, key: int, version: int) -> Message:
    body = memoryview(frame)[_SIZE:]
    _, at = read_response_header(body, response_header_version(key, version))
    response: Message = response_class(key).read(Reader(body, at), version)
    return response
