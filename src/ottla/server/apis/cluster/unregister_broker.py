"""UnregisterBroker (key 64): an operator says that a broker will not come back (KIP-631).

Versions: 0.
Errors: BROKER_ID_NOT_REGISTERED, NOT_CONTROLLER.
"""

from ottla.controller.registration import UnregisterBroker
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.unregister_broker_request import UnregisterBrokerRequest
from ottla.wire.messages.unregister_broker_response import UnregisterBrokerResponse


def unregister_broker(
    request: UnregisterBrokerRequest, context: RequestContext
) -> Later[UnregisterBrokerResponse]:
    return context.quorum.submit(lambda ticket: UnregisterBroker(ticket, request.broker_id))
