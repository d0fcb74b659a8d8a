"""DescribeCluster (key 60): the nodes, brokers or controllers by the listener asked (KIP-700, KIP-919).

Versions: 1 adds the kind of endpoint, 2 fenced brokers (KIP-1073).
Errors: MISMATCHED_ENDPOINT_TYPE, UNSUPPORTED_ENDPOINT_TYPE.
"""

from ottla.model.errors import ApiError, ErrorCode
from ottla.server.context import RequestContext
from ottla.server.translate.authorized_operations import ALL_OF_CLUSTER, NOT_ASKED
from ottla.wire.messages.describe_cluster_request import DescribeClusterRequest
from ottla.wire.messages.describe_cluster_response import DescribeClusterBroker, DescribeClusterResponse

_TYPES = {1: "BROKER", 2: "CONTROLLER"}


def describe_cluster(request: DescribeClusterRequest, context: RequestContext) -> DescribeClusterResponse:
    ours = 1 if context.listener.kind == "broker" else 2
    _check_type(request.endpoint_type, ours)
    nodes = _brokers(request, context) if ours == 1 else _controllers(context)
    return DescribeClusterResponse(
        endpoint_type=ours,
        cluster_id=context.cluster_id,
        controller_id=_controller_id(context, nodes),
        brokers=nodes,
        cluster_authorized_operations=(
            ALL_OF_CLUSTER if request.include_cluster_authorized_operations else NOT_ASKED
        ),
    )


def _check_type(asked: int, ours: int) -> None:
    if asked == ours:
        return
    if asked not in _TYPES:
        raise ApiError(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, f"Unsupported endpoint type {asked}")
    raise ApiError(
        ErrorCode.MISMATCHED_ENDPOINT_TYPE,
        f"The request was sent to an endpoint of type {_TYPES[ours]}, but we wanted an endpoint of type "
        f"{_TYPES[asked]}",
    )


def _brokers(request: DescribeClusterRequest, context: RequestContext) -> list[DescribeClusterBroker]:
    found = []
    for broker in context.image.brokers.sorted():
        endpoint = broker.endpoint(context.listener.name)
        if endpoint is not None and (request.include_fenced_brokers or not broker.fenced):
            found.append(
                DescribeClusterBroker(
                    broker_id=broker.id,
                    host=endpoint.host,
                    port=endpoint.port,
                    rack=broker.rack,
                    is_fenced=broker.fenced,
                )
            )
    return found


def _controllers(context: RequestContext) -> list[DescribeClusterBroker]:
    return [
        DescribeClusterBroker(broker_id=controller_id, host=endpoint.host, port=endpoint.port)
        for controller_id, controller in context.image.controllers.sorted_items()
        for endpoint in controller.endpoints
        if endpoint.listener == context.listener.name
    ]


def _controller_id(context: RequestContext, nodes: list[DescribeClusterBroker]) -> int:
    """Controllers name the active one; brokers any live broker, since clients only use it to ask brokers."""
    if context.listener.kind == "controller":
        leader = context.quorum.metadata.leader
        return -1 if leader is None or leader.leader_id is None else leader.leader_id
    alive = [node.broker_id for node in nodes if not node.is_fenced]
    return alive[context.entropy.below(len(alive))] if alive else -1
