"""FindCoordinator (key 10): which broker coordinates a group.

Versions: 1 adds key types and an error message; 3 is flexible; 4 takes many keys (KIP-699); 5 may answer
TRANSACTION_ABORTABLE (KIP-890); 6 finds share coordinators (KIP-932).
Errors: COORDINATOR_NOT_AVAILABLE; INVALID_REQUEST for a key type that is none at this version;
UNSUPPORTED_VERSION for the coordinators of transactions and share groups, which are not served.
"""

from ottla.metadata.brokers import Endpoint
from ottla.model.errors import ErrorCode
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.server.context import RequestContext
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.find_coordinator_response import Coordinator, FindCoordinatorResponse

_MANY_FROM = 4
_SHARE_FROM = 6
_GROUP, _TRANSACTION, _SHARE = 0, 1, 2
_Found = tuple[int, Endpoint] | ErrorCode


def find_coordinator(request: FindCoordinatorRequest, context: RequestContext) -> FindCoordinatorResponse:
    if context.version < _MANY_FROM:
        return _one(_find(request.key_type, request.key, context))
    # As Kafka: only of key types that it does not know it says more than the code.
    is_known = request.key_type in (_GROUP, _TRANSACTION, _SHARE)
    return FindCoordinatorResponse(
        coordinators=[
            _each(key, _find(request.key_type, key, context), is_known) for key in request.coordinator_keys
        ]
    )


def _find(key_type: int, key: str, context: RequestContext) -> _Found:
    if key_type == _GROUP:
        return _find_group(key, context)
    if key_type == _TRANSACTION or (key_type == _SHARE and context.version >= _SHARE_FROM):
        return ErrorCode.UNSUPPORTED_VERSION
    return ErrorCode.INVALID_REQUEST


def _find_group(group_id: str, context: RequestContext) -> _Found:
    index, image = context.broker.groups.partition_for(group_id), context.image
    if index is None:
        context.broker.auto_creation.create([GROUP_METADATA_TOPIC])
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    partition = image.topics.partition(GROUP_METADATA_TOPIC, index)
    leader = None if partition is None else image.brokers.get(partition.leader)
    endpoint = None if leader is None or leader.fenced else leader.endpoint(context.listener.name)
    if leader is None or endpoint is None:
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    return leader.id, endpoint


def _one(found: _Found) -> FindCoordinatorResponse:
    if isinstance(found, ErrorCode):
        return FindCoordinatorResponse(
            error_code=found, error_message=found.text, node_id=-1, host="", port=-1
        )
    node_id, endpoint = found
    return FindCoordinatorResponse(
        error_message=ErrorCode.NONE.text, node_id=node_id, host=endpoint.host, port=endpoint.port
    )


def _each(key: str, found: _Found, is_known: bool) -> Coordinator:
    if isinstance(found, ErrorCode):
        message = "" if is_known else found.text
        return Coordinator(key=key, error_code=found, error_message=message, node_id=-1, host="", port=-1)
    node_id, endpoint = found
    return Coordinator(key=key, node_id=node_id, host=endpoint.host, port=endpoint.port)
