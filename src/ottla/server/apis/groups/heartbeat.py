"""Heartbeat (key 12): a member of a classic group is alive.

Versions: 3 adds instance ids (KIP-345); 4 is flexible.
Errors: INVALID_GROUP_ID, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS;
COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR.
"""

from ottla.groups.answers import Refused
from ottla.groups.commands import Heartbeat
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.heartbeat_response import HeartbeatResponse


def heartbeat(
    request: HeartbeatRequest, context: RequestContext
) -> HeartbeatResponse | Later[HeartbeatResponse]:
    if not request.group_id:
        return HeartbeatResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    answer = context.broker.groups.submit(
        request.group_id,
        lambda ticket: Heartbeat(
            ticket, request.group_id, request.generation_id, request.member_id, request.group_instance_id
        ),
    )
    return answer.then(_response)


def _response(answer: ErrorCode | Refused) -> HeartbeatResponse:
    error = answer.error if isinstance(answer, Refused) else answer
    if error is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
        error = ErrorCode.NONE  # nobody is thrown out of a group that is not there yet
    return HeartbeatResponse(error_code=error)
