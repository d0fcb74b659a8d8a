"""ListPartitionReassignments (key 46): the moves of replicas that are under way (KIP-455).

Versions: 0.
Errors: NOT_CONTROLLER.
"""

from ottla.controller.reassignments import ListPartitionReassignments
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.list_partition_reassignments_request import ListPartitionReassignmentsRequest
from ottla.wire.messages.list_partition_reassignments_response import ListPartitionReassignmentsResponse


def list_partition_reassignments(
    request: ListPartitionReassignmentsRequest, context: RequestContext
) -> Later[ListPartitionReassignmentsResponse]:
    return context.quorum.submit(lambda ticket: ListPartitionReassignments(ticket, request))
