"""ElectLeaders (key 43): elect preferred or, at the risk of loss, unclean leaders (KIP-460).

Versions: 1 adds the kind of election, 2 is flexible.
Errors, per partition: ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE,
UNKNOWN_TOPIC_OR_PARTITION; NOT_CONTROLLER.
"""

from ottla.controller.elections import ElectLeaders
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.elect_leaders_request import ElectLeadersRequest
from ottla.wire.messages.elect_leaders_response import ElectLeadersResponse


def elect_leaders(request: ElectLeadersRequest, context: RequestContext) -> Later[ElectLeadersResponse]:
    return context.quorum.submit(lambda ticket: ElectLeaders(ticket, request))
