"""BrokerRegistration (key 62): a broker joins the cluster.

Versions: 1 to 4; 2 adds log directories, 3 the previous broker epoch (KIP-966), 4 features whose lowest
level is 0.
Errors: DUPLICATE_BROKER_REGISTRATION, INCONSISTENT_CLUSTER_ID, INVALID_REGISTRATION, UNSUPPORTED_VERSION,
NOT_CONTROLLER.
"""

from ottla.controller.registration import RegisterBroker
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest
from ottla.wire.messages.broker_registration_response import BrokerRegistrationResponse


def broker_registration(
    request: BrokerRegistrationRequest, context: RequestContext
) -> Later[BrokerRegistrationResponse]:
    version = context.version
    return context.quorum.submit(lambda ticket: RegisterBroker(ticket, request, version))
