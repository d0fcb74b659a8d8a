"""EndQuorumEpoch (key 54): a leader of the quorum resigns.

Versions: 0 to 1; 1 adds directory ids and endpoints (KIP-853).
Errors: those of the raft core, which answers.
"""

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.end_quorum_epoch_request import EndQuorumEpochRequest
from ottla.wire.messages.end_quorum_epoch_response import EndQuorumEpochResponse


def end_quorum_epoch(
    request: EndQuorumEpochRequest, context: RequestContext
) -> Later[EndQuorumEpochResponse]:
    return context.quorum.ask(request, context.version, context.listener.name)
