"""DeleteGroups (key 42): empty groups go, and their offsets with them (KIP-229).

Versions: 2 is flexible.
Errors, per group: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, COORDINATOR_LOAD_IN_PROGRESS,
COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR; INVALID_REQUEST for a share group whose state another coordinator
keeps.
"""

from ottla.groups.answers import Refused
from ottla.groups.commands import DeleteGroup
from ottla.machine.later import Later, all_of
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.delete_groups_request import DeleteGroupsRequest
from ottla.wire.messages.delete_groups_response import DeletableGroupResult, DeleteGroupsResponse


def delete_groups(request: DeleteGroupsRequest, context: RequestContext) -> Later[DeleteGroupsResponse]:
    results = [_delete(group_id, context) for group_id in dict.fromkeys(request.groups_names)]
    return all_of(results).then(lambda deleted: DeleteGroupsResponse(results=deleted))


def _delete(group_id: str, context: RequestContext) -> Later[DeletableGroupResult]:
    def translate(answer: ErrorCode | Refused) -> DeletableGroupResult:
        error = answer.error if isinstance(answer, Refused) else answer
        return DeletableGroupResult(group_id=group_id, error_code=error)

    answer = context.broker.groups.submit(group_id, lambda ticket: DeleteGroup(ticket, group_id))
    return answer.then(translate)
