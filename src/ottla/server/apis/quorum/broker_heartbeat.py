"""BrokerHeartbeat (key 63): a broker says that it lives, how far it has read, and what it wants.

Versions: 1 adds failed log directories (KIP-858), 2 cordoned ones.
Errors: STALE_BROKER_EPOCH, NOT_CONTROLLER.
"""

from ottla.controller.heartbeats import BrokerHeartbeat
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.broker_heartbeat_request import BrokerHeartbeatRequest
from ottla.wire.messages.broker_heartbeat_response import BrokerHeartbeatResponse


def broker_heartbeat(
    request: BrokerHeartbeatRequest, context: RequestContext
) -> Later[BrokerHeartbeatResponse]:
    return context.quorum.submit(lambda ticket: BrokerHeartbeat(ticket, request))
