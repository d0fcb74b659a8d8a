"""Envelope (key 58): a broker hands a client's request on to the active controller (KIP-590).

Errors: INVALID_REQUEST for an API that is not forwarded, UNSUPPORTED_VERSION for a request that can't be
read, PRINCIPAL_DESERIALIZATION_FAILURE, NOT_CONTROLLER.
"""

from ottla.machine.later import Later
from ottla.model.errors import ApiError, ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.default_principal_data import DefaultPrincipalData
from ottla.wire.messages.envelope_request import EnvelopeRequest
from ottla.wire.messages.envelope_response import EnvelopeResponse
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion


def envelope(request: EnvelopeRequest, context: RequestContext) -> EnvelopeResponse | Later[EnvelopeResponse]:
    if not context.quorum.controller.is_active:
        raise ApiError(ErrorCode.NOT_CONTROLLER)
    _check_principal(request)
    try:
        answer = context.answer_embedded(request.request_data)
    except (ProtocolError, UnsupportedVersion) as error:
        raise ApiError(ErrorCode.UNSUPPORTED_VERSION) from error
    return answer.then(_wrap) if isinstance(answer, Later) else _wrap(answer)


def _check_principal(request: EnvelopeRequest) -> None:
    """Nobody is told apart yet, but what can't be read is refused, and so is an address that is none."""
    if len(request.client_host_address) not in (4, 16):
        raise ApiError(ErrorCode.INVALID_REQUEST, "Failed to parse client address")
    try:
        source = Reader(request.request_principal or b"")
        DefaultPrincipalData.read(source, source.int16())
    except (ProtocolError, UnsupportedVersion) as error:
        raise ApiError(ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE) from error


def _wrap(answer: bytes | bytearray | None) -> EnvelopeResponse:
    """The embedded answer goes without its size."""
    return EnvelopeResponse(response_data=bytes(answer[4:]) if answer is not None else None)
