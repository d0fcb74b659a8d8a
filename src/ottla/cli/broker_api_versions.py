"""`ottla broker-api-versions`: which versions of which APIs brokers serve (kafka-broker-api-versions.sh)."""

import asyncio
import sys
from collections.abc import Iterator, Mapping

from ottla.cli.options import Options, Usage
from ottla.cli.tools.client_properties import Definition, read_properties
from ottla.cli.tools.ending import Ended, Failure, complain
from ottla.dial.channel import Disconnected
from ottla.dial.cluster import Cluster
from ottla.link.call import ANYONE, Node
from ottla.link.cluster_view import NodeAddress
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError

_REQUEST_TIMEOUT: dict[str, Definition] = {"request.timeout.ms": ("INT", "5000", None)}
_PAUSE_S = 0.05


def run(arguments: list[str]) -> int:
    try:
        usage = Usage("broker_api_versions")
        options = usage.parse(arguments)
        usage.help_or_version(options, arguments, "This tool helps to retrieve broker version information.")
        usage.require(options, "bootstrap-server")
        return asyncio.run(_print_versions(_cluster(options)))
    except Ended as ended:
        return ended.code
    except (ConfigException, Failure) as failure:
        complain(failure)
        return 1


def _cluster(options: Options) -> Cluster:
    from ottla.cli.tools.client_properties import ClientProperties
    from ottla.cli.tools.session import addresses_of, say_aloud

    config = options.text("command-config")
    properties = ClientProperties({} if config is None else read_properties(config), _REQUEST_TIMEOUT)
    addresses = addresses_of(options.text("bootstrap-server") or "")
    return Cluster(addresses, properties.settings("admin-1"), say_aloud("LegacyAdminClient", "admin-1"))


async def _print_versions(cluster: Cluster) -> int:
    try:
        for node in await _nodes(cluster):
            name = f"{node.host}:{node.port} (id: {node.id} rack: {node.rack or 'null'} isFenced: false)"
            sys.stdout.write(f"{name} -> {await _versions(cluster, node)}\n")
    finally:
        await cluster.close()
    return 0


async def _nodes(cluster: Cluster) -> list[NodeAddress]:
    """The brokers that there are; waits for the first."""
    from ottla.link.cluster_view import metadata_request

    while True:
        try:
            cluster.view.learn(await cluster.request(ANYONE, metadata_request(None)))
        except Disconnected:
            raise Failure(f"Request METADATA failed on brokers [{_bootstrap(cluster)}]") from None
        if cluster.view.nodes:
            return list(cluster.view.nodes.values())
        await asyncio.sleep(_PAUSE_S)


def _bootstrap(cluster: Cluster) -> str:
    return ", ".join(
        f"{each.host}:{each.port} (id: {each.id} rack: null isFenced: false)" for each in cluster.bootstrap
    )


async def _versions(cluster: Cluster, node: NodeAddress) -> str:
    try:
        served = (await cluster.channel(Node(node.id))).link.versions
    except (ApiError, Disconnected) as error:
        return f"ERROR: {error}"
    assert served is not None, "an open channel knows"
    return "(\n\t" + ",\n\t".join(version_lines(served)) + "\n)"


def version_lines(served: Mapping[int, tuple[int, int]]) -> Iterator[str]:
    """Every API that the broker serves or that we know, and the version that we would use."""
    from ottla.wire.index import BY_KEY

    known = {key for key, api in BY_KEY.items() if "broker" in api.listeners}
    for key in sorted(known | served.keys()):
        if key not in BY_KEY:
            yield f"UNKNOWN({key}): {_range(*served[key])}"
            continue
        api = BY_KEY[key]
        head = f"{api.request[1].removesuffix('Request')}({key}): "
        if key not in served:
            yield f"{head}UNSUPPORTED"
            continue
        lowest, highest = served[key]
        if api.versions[1] < lowest:
            usable = "unusable: node too new"
        elif highest < api.versions[0]:
            usable = "unusable: node too old"
        else:
            usable = f"usable: {min(highest, api.versions[1])}"
        yield f"{head}{_range(lowest, highest)} [{usable}]"


def _range(lowest: int, highest: int) -> str:
    return str(lowest) if lowest == highest else f"{lowest} to {highest}"
