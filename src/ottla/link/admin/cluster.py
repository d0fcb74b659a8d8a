"""The cluster itself: its id and its nodes."""

from typing import NamedTuple

from ottla.link.call import ANYONE, CONTROLLER, Call, raise_error
from ottla.link.cluster_view import NodeAddress
from ottla.model.errors import ErrorCode
from ottla.wire.messages.describe_cluster_request import DescribeClusterRequest
from ottla.wire.messages.describe_cluster_response import DescribeClusterResponse
from ottla.wire.messages.unregister_broker_request import UnregisterBrokerRequest
from ottla.wire.messages.unregister_broker_response import UnregisterBrokerResponse

BROKERS, CONTROLLERS = 1, 2
"""Kinds of endpoints (KIP-919)."""


class DescribedCluster(NamedTuple):
    """What a node says of its cluster."""

    id: str
    controller_id: int
    nodes: list[NodeAddress]
    fenced: frozenset[int]
    """Those of `nodes` that are not alive."""


def describe_cluster(endpoints: int = BROKERS, *, fenced: bool = False) -> Call[DescribedCluster]:
    """The cluster and its brokers (with `fenced` also those that are not alive), or its controllers."""
    request = DescribeClusterRequest(endpoint_type=endpoints, include_fenced_brokers=fenced)
    return Call("listNodes", ANYONE, request, _described)


def _described(response: DescribeClusterResponse) -> DescribedCluster:
    raise_error(response.error_code, response.error_message)
    nodes = [NodeAddress(each.broker_id, each.host, each.port, each.rack) for each in response.brokers]
    fenced = frozenset(each.broker_id for each in response.brokers if each.is_fenced)
    return DescribedCluster(response.cluster_id, response.controller_id, nodes, fenced)


def unregister_broker(broker: int) -> Call[None]:
    """Forget a broker that won't come back."""

    def read(response: UnregisterBrokerResponse) -> None:
        raise_error(response.error_code, response.error_message, passing=(ErrorCode.NOT_CONTROLLER,))

    return Call("unregisterBroker", CONTROLLER, UnregisterBrokerRequest(broker_id=broker), read)
