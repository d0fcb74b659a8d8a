"""AllocateProducerIds (key 67): a broker gets a block of producer ids (KIP-730).

Versions: 0.
Errors: STALE_BROKER_EPOCH, NOT_CONTROLLER.
"""

from ottla.controller.producer_ids import AllocateProducerIds
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.allocate_producer_ids_request import AllocateProducerIdsRequest
from ottla.wire.messages.allocate_producer_ids_response import AllocateProducerIdsResponse


def allocate_producer_ids(
    request: AllocateProducerIdsRequest, context: RequestContext
) -> Later[AllocateProducerIdsResponse]:
    return context.quorum.submit(lambda ticket: AllocateProducerIds(ticket, request))
