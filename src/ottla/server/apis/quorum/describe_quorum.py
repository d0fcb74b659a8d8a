"""DescribeQuorum (key 55): who leads the metadata quorum and how far each replica is (KIP-595).

Versions: 0 to 2; 1 adds fetch times (KIP-836), 2 directory ids and endpoints (KIP-853).
Errors: those of the raft core, which answers.
"""

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.describe_quorum_request import DescribeQuorumRequest
from ottla.wire.messages.describe_quorum_response import DescribeQuorumResponse


def describe_quorum(request: DescribeQuorumRequest, context: RequestContext) -> Later[DescribeQuorumResponse]:
    return context.quorum.ask(request, context.version, context.listener.name)
