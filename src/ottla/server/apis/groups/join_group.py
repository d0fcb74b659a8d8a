"""JoinGroup (key 11): a member enters a classic group, or asks it for a new generation.

Versions: 1 adds the rebalance timeout; 4 makes new members come back with the id they are given (KIP-394); 5
adds instance ids (KIP-345); 6 is flexible; 7 tells the protocol type; 8 takes a reason (KIP-800); 9 lets a
leader skip the assignment (KIP-814).
Errors: INVALID_GROUP_ID, INVALID_SESSION_TIMEOUT, INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID,
MEMBER_ID_REQUIRED, FENCED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED, REBALANCE_IN_PROGRESS, UNKNOWN_SERVER_ERROR;
COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR.
"""

from ottla.groups.answers import Joined, Refused
from ottla.groups.commands import JoinGroup
from ottla.groups.member import Protocol
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.server.context import RequestContext
from ottla.server.translate.member_ids import new_member_id
from ottla.wire.messages.join_group_request import JoinGroupRequest
from ottla.wire.messages.join_group_response import JoinGroupResponse, JoinGroupResponseMember

_REBALANCE_TIMEOUT_FROM = 1
_KNOWN_MEMBER_ID_FROM = 4
_NULLABLE_PROTOCOL_FROM = 7
_SKIPPED_ASSIGNMENT_FROM = 9


def join_group(
    request: JoinGroupRequest, context: RequestContext
) -> JoinGroupResponse | Later[JoinGroupResponse]:
    version, config = context.version, context.broker.groups.config
    if not request.group_id:
        return _response(Joined(ErrorCode.INVALID_GROUP_ID, request.member_id), version)
    timeouts = config.group_min_session_timeout_ms, config.group_max_session_timeout_ms
    if not timeouts[0] <= request.session_timeout_ms <= timeouts[1]:
        return _response(Joined(ErrorCode.INVALID_SESSION_TIMEOUT, request.member_id), version)
    answer = context.broker.groups.submit(
        request.group_id, lambda ticket: _command(ticket, request, context), may_wait=True
    )
    return answer.then(lambda joined: _response(joined, version))


def _command(ticket: Ticket, request: JoinGroupRequest, context: RequestContext) -> JoinGroup:
    client_id, version = context.client_id or "", context.version
    session_ms = request.session_timeout_ms
    return JoinGroup(
        ticket=ticket,
        group_id=request.group_id,
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        new_member_id=new_member_id(request.group_instance_id or client_id, context.entropy),
        client_id=client_id,
        client_host=f"/{context.client_host}",
        session_timeout_ms=session_ms,
        rebalance_timeout_ms=(
            request.rebalance_timeout_ms if version >= _REBALANCE_TIMEOUT_FROM else session_ms
        ),
        protocol_type=request.protocol_type,
        protocols=tuple(Protocol(each.name, bytes(each.metadata)) for each in request.protocols),
        requires_known_member_id=version >= _KNOWN_MEMBER_ID_FROM,
        supports_skipping_assignment=version >= _SKIPPED_ASSIGNMENT_FROM,
        reason=request.reason or "",
    )


def _response(joined: Joined | Refused, version: int) -> JoinGroupResponse:
    if isinstance(joined, Refused):
        joined = Joined(joined.error)
    protocol = joined.protocol or None
    return JoinGroupResponse(
        error_code=joined.error,
        generation_id=joined.generation,
        protocol_type=joined.protocol_type,
        protocol_name=protocol if version >= _NULLABLE_PROTOCOL_FROM else protocol or "",
        leader=joined.leader,
        skip_assignment=joined.skip_assignment,
        member_id=joined.member_id,
        members=[
            JoinGroupResponseMember(
                member_id=member.id, group_instance_id=member.instance_id, metadata=member.metadata
            )
            for member in joined.members
        ],
    )
