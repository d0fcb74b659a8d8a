"""LeaveGroup (key 13): members leave a classic group, or an administrator removes them.

Versions: 3 takes many members, by id or by instance (KIP-345); 4 is flexible; 5 takes reasons (KIP-800).
Errors: INVALID_GROUP_ID, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR; per member
UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID.
"""

from ottla.groups.answers import Refused
from ottla.groups.commands import LeaveGroup, Leaving
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.leave_group_request import LeaveGroupRequest
from ottla.wire.messages.leave_group_response import LeaveGroupResponse, MemberResponse

_MANY_FROM = 3


def leave_group(
    request: LeaveGroupRequest, context: RequestContext
) -> LeaveGroupResponse | Later[LeaveGroupResponse]:
    if not request.group_id:
        return LeaveGroupResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    many = context.version >= _MANY_FROM
    members = _members(request) if many else (Leaving(request.member_id, None),)
    answer = context.broker.groups.submit(
        request.group_id, lambda ticket: LeaveGroup(ticket, request.group_id, members)
    )
    return answer.then(lambda errors: _response(members, errors, many))


def _members(request: LeaveGroupRequest) -> tuple[Leaving, ...]:
    return tuple(Leaving(each.member_id, each.group_instance_id, each.reason) for each in request.members)


def _response(
    members: tuple[Leaving, ...], errors: tuple[ErrorCode, ...] | Refused, many: bool
) -> LeaveGroupResponse:
    if isinstance(errors, Refused):
        return LeaveGroupResponse(error_code=errors.error)
    if not many:
        return LeaveGroupResponse(error_code=errors[0])
    return LeaveGroupResponse(
        members=[
            MemberResponse(member_id=member.member_id, group_instance_id=member.instance_id, error_code=error)
            for member, error in zip(members, errors, strict=True)
        ]
    )
