"""What `kafka-cluster` asks and prints."""

import sys

from ottla.cli.tools.ending import execution_failure
from ottla.cli.tools.log_line import log
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.cluster import (
    BROKERS,
    CONTROLLERS,
    DescribedCluster,
    describe_cluster,
    unregister_broker,
)
from ottla.link.cluster_view import NodeAddress
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_HOST_WIDTH, _RACK_WIDTH = 100, 10
"""Where there is nothing to measure."""


async def print_cluster_id(cluster: Cluster) -> None:
    described = await _described(cluster)
    sys.stdout.write(f"Cluster ID: {described.id}\n")


async def unregister(cluster: Cluster, broker: int) -> None:
    try:
        await cluster.call(unregister_broker(broker))
    except UnsupportedVersion:
        sys.stdout.write("The target cluster does not support the broker unregistration API.\n")
    except (ApiError, CallTimedOut) as error:
        if isinstance(error, ApiError):
            who = f"[AdminClient clientId={cluster.settings.client_id}]"
            text = f"{who} Unregister broker request for broker ID {broker} failed: {error}"
            log("ERROR", text, "org.apache.kafka.clients.admin.KafkaAdminClient")
        raise execution_failure(error) from error
    else:
        sys.stdout.write(f"Broker {broker} is no longer registered.\n")


async def list_endpoints(cluster: Cluster, *, fenced: bool) -> None:
    """The brokers, with `fenced` also those that are; or the controllers, when the cluster is theirs."""
    described = await _described(cluster, fenced=fenced)
    hosts = max((len(node.host) for node in described.nodes), default=_HOST_WIDTH)
    racks = max((len(node.rack) for node in described.nodes if node.rack is not None), default=_RACK_WIDTH)

    def row(id_: object, host: str, port: object, rack: str, *rest: str) -> str:
        last = "".join(f" {cell:10}" for cell in rest[:-1]) + f" {rest[-1]:15}"
        return f"{id_!s:10} {host:{hosts}} {port!s:10} {rack:{racks}}{last}\n"

    state = () if cluster.of_controllers else ("STATE",)
    sys.stdout.write(row("ID", "HOST", "PORT", "RACK", *state, "ENDPOINT_TYPE"))
    for node in described.nodes:
        sys.stdout.write(
            row(node.id, node.host, node.port, node.rack or "null", *_kind(cluster, described, node))
        )


def _kind(cluster: Cluster, described: DescribedCluster, node: NodeAddress) -> tuple[str, ...]:
    if cluster.of_controllers:
        return ("controller",)
    return ("fenced" if node.id in described.fenced else "unfenced", "broker")


async def _described(cluster: Cluster, *, fenced: bool = False) -> DescribedCluster:
    call = describe_cluster(CONTROLLERS if cluster.of_controllers else BROKERS, fenced=fenced)
    try:
        if not cluster.of_controllers:
            await cluster.refresh([], name=call.name)  # a controller can't answer this
        return await cluster.call(call)
    except (ApiError, CallTimedOut, UnsupportedVersion) as error:
        raise execution_failure(error) from error
