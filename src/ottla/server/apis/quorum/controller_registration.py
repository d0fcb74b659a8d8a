"""ControllerRegistration (key 70): a controller announces itself to the active one (KIP-919).

Versions: 0.
Errors: NOT_CONTROLLER, UNSUPPORTED_VERSION.
"""

from ottla.controller.controllers import RegisterController
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.controller_registration_request import ControllerRegistrationRequest
from ottla.wire.messages.controller_registration_response import ControllerRegistrationResponse


def controller_registration(
    request: ControllerRegistrationRequest, context: RequestContext
) -> Later[ControllerRegistrationResponse]:
    return context.quorum.submit(lambda ticket: RegisterController(ticket, request))
