"""UpdateRaftVoter (key 82): a voter tells the leader its endpoints and versions (KIP-853).

Versions: 0.
Errors: those of the raft core, which answers.
"""

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.update_raft_voter_request import UpdateRaftVoterRequest
from ottla.wire.messages.update_raft_voter_response import UpdateRaftVoterResponse


def update_raft_voter(
    request: UpdateRaftVoterRequest, context: RequestContext
) -> Later[UpdateRaftVoterResponse]:
    return context.quorum.ask(request, context.version, context.listener.name)
