"""Finding the coordinator of a group, a transactional id or a share partition."""

from ottla.link.call import ANYONE, Call, Coordinator, raise_error
from ottla.link.cluster_view import NodeAddress
from ottla.model.errors import ErrorCode
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.find_coordinator_response import FindCoordinatorResponse

_PASSING = (ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)


def find_coordinator(wanted: Coordinator) -> Call[NodeAddress]:
    """Where it is now."""
    request = FindCoordinatorRequest(key_type=wanted.kind, coordinator_keys=[wanted.key])
    return Call("findCoordinator", ANYONE, request, _found)


def _found(response: FindCoordinatorResponse) -> NodeAddress:
    answer = response.coordinators[0]
    raise_error(answer.error_code, answer.error_message, passing=_PASSING)
    return NodeAddress(answer.node_id, answer.host, answer.port)
