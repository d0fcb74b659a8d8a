"""AlterPartition (key 56): the leader of partitions proposes their ISR (KIP-497).

Versions: 2 names topics by id, 3 carries broker epochs (KIP-903).
Errors: STALE_BROKER_EPOCH, NOT_CONTROLLER; per partition UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION,
FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION, INVALID_REQUEST, INELIGIBLE_REPLICA, NEW_LEADER_ELECTED.
"""

from ottla.controller.isr import AlterPartition
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.alter_partition_request import AlterPartitionRequest
from ottla.wire.messages.alter_partition_response import AlterPartitionResponse


def alter_partition(request: AlterPartitionRequest, context: RequestContext) -> Later[AlterPartitionResponse]:
    version = context.version
    return context.quorum.submit(lambda ticket: AlterPartition(ticket, request, version))
