"""CreatePartitions (key 37): give topics more partitions.

Versions: 0 to 3; 2 is flexible.
Errors, per topic: INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT, UNKNOWN_TOPIC_OR_PARTITION,
INVALID_REQUEST, NOT_CONTROLLER.
"""

from ottla.controller.create_partitions import CreatePartitions
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.create_partitions_request import CreatePartitionsRequest
from ottla.wire.messages.create_partitions_response import CreatePartitionsResponse


def create_partitions(
    request: CreatePartitionsRequest, context: RequestContext
) -> Later[CreatePartitionsResponse]:
    return context.quorum.submit(lambda ticket: CreatePartitions(ticket, request))
