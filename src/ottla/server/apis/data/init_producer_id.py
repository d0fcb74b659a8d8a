"""InitProducerId (key 22): an id for an idempotent producer (KIP-98).

Versions: 0 to 5; 2 is flexible, 3 carries the producer's present id and epoch (KIP-360).
Errors: INVALID_REQUEST for an empty transactional id, or an epoch without an id; UNSUPPORTED_VERSION for a
transactional id, which this node does not serve yet; COORDINATOR_LOAD_IN_PROGRESS while no id can be had.
"""

from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.init_producer_id_request import InitProducerIdRequest
from ottla.wire.messages.init_producer_id_response import InitProducerIdResponse

_NONE = -1


def init_producer_id(
    request: InitProducerIdRequest, context: RequestContext
) -> InitProducerIdResponse | Later[InitProducerIdResponse]:
    if request.transactional_id == "" or (request.producer_id == _NONE) != (request.producer_epoch == _NONE):
        return _refused(ErrorCode.INVALID_REQUEST)
    if request.transactional_id is not None:
        return _refused(ErrorCode.UNSUPPORTED_VERSION)
    producer_id = context.broker.producer_ids.take()
    return producer_id.then(_answer) if isinstance(producer_id, Later) else _answer(producer_id)


def _answer(producer_id: int | None) -> InitProducerIdResponse:
    if producer_id is None:
        return _refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)


def _refused(error: ErrorCode) -> InitProducerIdResponse:
    return InitProducerIdResponse(error_code=error, producer_id=_NONE, producer_epoch=_NONE)
