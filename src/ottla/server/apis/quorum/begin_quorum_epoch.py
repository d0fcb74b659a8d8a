"""BeginQuorumEpoch (key 53): a new leader of the quorum announces itself.

Versions: 0 to 1; 1 adds directory ids and endpoints (KIP-853).
Errors: those of the raft core, which answers.
"""

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.begin_quorum_epoch_request import BeginQuorumEpochRequest
from ottla.wire.messages.begin_quorum_epoch_response import BeginQuorumEpochResponse


def begin_quorum_epoch(
    request: BeginQuorumEpochRequest, context: RequestContext
) -> Later[BeginQuorumEpochResponse]:
    return context.quorum.ask(request, context.version, context.listener.name)
