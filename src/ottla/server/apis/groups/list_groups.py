"""ListGroups (key 16): the groups that this broker coordinates.

Versions: 3 is flexible; 4 tells states and filters by them (KIP-518); 5 does so with types (KIP-848).
Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE.
"""

from ottla.groups import answers
from ottla.groups.answers import Refused
from ottla.groups.commands import ListGroups
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.list_groups_request import ListGroupsRequest
from ottla.wire.messages.list_groups_response import ListedGroup, ListGroupsResponse


def list_groups(request: ListGroupsRequest, context: RequestContext) -> Later[ListGroupsResponse]:
    states, types = frozenset(request.states_filter), frozenset(request.types_filter)
    answers_ = context.broker.groups.submit_all(lambda ticket: ListGroups(ticket, states, types))
    return answers_.then(_response)


def _response(of_shards: list[tuple[answers.ListedGroup, ...] | Refused]) -> ListGroupsResponse:
    response = ListGroupsResponse()
    for listed in of_shards:
        if not isinstance(listed, Refused):
            response.groups += [_group(group) for group in listed]
        elif listed.error is not ErrorCode.NOT_COORDINATOR:
            return ListGroupsResponse(error_code=listed.error)
    return response


def _group(group: answers.ListedGroup) -> ListedGroup:
    return ListedGroup(
        group_id=group.id,
        protocol_type=group.protocol_type,
        group_state=group.state,
        group_type=group.type,
    )
