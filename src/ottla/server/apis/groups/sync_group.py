"""SyncGroup (key 14): the members of a generation get what they own; its leader brings it.

Versions: 3 adds instance ids (KIP-345); 4 is flexible; 5 wants the protocol to be named (KIP-559).
Errors: INVALID_GROUP_ID, INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS; COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
NOT_COORDINATOR.
"""

from ottla.groups.answers import Refused, Synced
from ottla.groups.commands import SyncGroup
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.server.context import RequestContext
from ottla.wire.messages.sync_group_request import SyncGroupRequest
from ottla.wire.messages.sync_group_response import SyncGroupResponse

_PROTOCOL_FROM = 5


def sync_group(
    request: SyncGroupRequest, context: RequestContext
) -> SyncGroupResponse | Later[SyncGroupResponse]:
    if context.version >= _PROTOCOL_FROM and None in (request.protocol_type, request.protocol_name):
        return SyncGroupResponse(error_code=ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    if not request.group_id:
        return SyncGroupResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    answer = context.broker.groups.submit(
        request.group_id, lambda ticket: _command(ticket, request), may_wait=True
    )
    return answer.then(_response)


def _command(ticket: Ticket, request: SyncGroupRequest) -> SyncGroup:
    return SyncGroup(
        ticket=ticket,
        group_id=request.group_id,
        generation=request.generation_id,
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        protocol_type=request.protocol_type,
        protocol=request.protocol_name,
        assignments=tuple((each.member_id, bytes(each.assignment)) for each in request.assignments),
    )


def _response(synced: Synced | Refused) -> SyncGroupResponse:
    if isinstance(synced, Refused):
        return SyncGroupResponse(error_code=synced.error)
    return SyncGroupResponse(
        error_code=synced.error,
        protocol_type=synced.protocol_type,
        protocol_name=synced.protocol,
        assignment=synced.assignment,
    )
