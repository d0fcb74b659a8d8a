"""Vote (key 52): a candidate asks for this replica's vote.

Versions: 0 to 2; 1 adds directory ids (KIP-853), 2 pre-votes (KIP-996).
Errors: those of the raft core, which answers.
"""

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.vote_request import VoteRequest
from ottla.wire.messages.vote_response import VoteResponse


def vote(request: VoteRequest, context: RequestContext) -> Later[VoteResponse]:
    return context.quorum.ask(request, context.version, context.listener.name)
