"""DescribeGroups (key 15): classic groups with their members.

Versions: 3 adds authorized operations (KIP-430); 4 instance ids; 5 is flexible; 6 tells of groups that
are not there (KIP-1043), which are dead before.
Errors, per group: GROUP_ID_NOT_FOUND (6+), COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
NOT_COORDINATOR.
"""

from ottla.groups import answers
from ottla.groups.answers import Refused
from ottla.groups.commands import DescribeGroup
from ottla.machine.later import Later, all_of
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.server.context import RequestContext
from ottla.server.translate.authorized_operations import ALL_OF_GROUP
from ottla.wire.messages.describe_groups_request import DescribeGroupsRequest
from ottla.wire.messages.describe_groups_response import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsResponse,
)

_NOT_FOUND_FROM = 6
_DEAD = "Dead"


def describe_groups(request: DescribeGroupsRequest, context: RequestContext) -> Later[DescribeGroupsResponse]:
    described = [_describe(group_id, request, context) for group_id in request.groups]
    return all_of(described).then(lambda groups: DescribeGroupsResponse(groups=groups))


def _describe(
    group_id: str, request: DescribeGroupsRequest, context: RequestContext
) -> Later[DescribedGroup]:
    def command(ticket: Ticket) -> DescribeGroup:
        return DescribeGroup(ticket, group_id)

    def translate(answer: answers.DescribedGroup | Refused) -> DescribedGroup:
        group = _group(group_id, answer, context.version)
        if request.include_authorized_operations and group.error_code == ErrorCode.NONE:
            group.authorized_operations = ALL_OF_GROUP
        return group

    return context.broker.groups.submit(group_id, command).then(translate)


def _group(group_id: str, answer: answers.DescribedGroup | Refused, version: int) -> DescribedGroup:
    if isinstance(answer, Refused):
        return _absent(group_id, answer, version)
    return DescribedGroup(
        group_id=group_id,
        group_state=answer.state,
        protocol_type=answer.protocol_type,
        protocol_data=answer.protocol,
        members=[
            DescribedGroupMember(
                member_id=member.id,
                group_instance_id=member.instance_id,
                client_id=member.client_id,
                client_host=member.client_host,
                member_metadata=member.metadata,
                member_assignment=member.assignment,
            )
            for member in answer.members
        ],
    )


def _absent(group_id: str, refused: Refused, version: int) -> DescribedGroup:
    if refused.error is not ErrorCode.GROUP_ID_NOT_FOUND:
        return DescribedGroup(group_id=group_id, error_code=refused.error)
    if version < _NOT_FOUND_FROM:
        return DescribedGroup(group_id=group_id, group_state=_DEAD)
    return DescribedGroup(
        group_id=group_id, group_state=_DEAD, error_code=refused.error, error_message=refused.message
    )
