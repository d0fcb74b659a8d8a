"""`ottla groups`: list groups of all types (kafka-groups.sh)."""

import sys
from collections.abc import Callable

from ottla.cli.options import OptionFailure, Options, Usage
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, IllegalArgument, complain, message_of
from ottla.cli.tools.log_line import log_trace
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.groups import GroupListing, GroupType
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_ABOUT = "This tool helps to list groups of all types."
_LOGGER = "org.apache.kafka.tools.GroupsCommand"
_WIDTH_MIN = 20
_TIMEOUT_MS = 30_000


def run(arguments: list[str]) -> int:
    try:
        options = _options(arguments)
        return _talk(options)
    except Ended as ended:
        return ended.code
    except (Failure, ConfigException) as failure:
        complain(failure)
        return 1


def _options(arguments: list[str]) -> Options:
    usage = Usage("groups")
    try:
        options = usage.parse(arguments)
    except OptionFailure as failure:
        usage.end(str(failure))
    usage.help_or_version(options, arguments, _ABOUT)
    if not options.has("list"):
        usage.end("Command must include exactly one action: --list.")
    if options.has("group-type") and GroupType.parse(options.text("group-type") or "") is GroupType.UNKNOWN:
        raise IllegalArgument("--group-type must be a valid group type.")
    usage.exclude(options, "consumer", "group-type", "protocol", "share", "streams")
    usage.exclude(options, "share", "consumer", "group-type", "protocol", "streams")
    usage.exclude(options, "streams", "consumer", "group-type", "protocol", "share")
    return options


def _talk(options: Options) -> int:
    from ottla.cli.tools.java_order import hash_order
    from ottla.cli.tools.session import with_admin
    from ottla.dial.groups import NodesUnknown, all_groups

    config = options.text("command-config")
    properties = {} if config is None else read_properties(config)

    async def talk(cluster: Cluster) -> int:
        groups = {group.id: group for group in await all_groups(cluster, timeout_ms=_TIMEOUT_MS)}
        wanted = _wanted(options)
        _print([groups[id_] for id_ in hash_order(groups) if wanted(groups[id_])])
        return 0

    try:
        return with_admin(options.text("bootstrap-server") or "", properties, talk)
    except (ApiError, CallTimedOut, ConfigException, Failure, NodesUnknown, UnsupportedVersion) as error:
        sys.stdout.write(f"Error while executing groups command : {message_of(error)}\n")
        log_trace(error, _LOGGER)
        return 1


def _wanted(options: Options) -> Callable[[GroupListing], bool]:
    protocol = options.text("protocol")
    if options.has("group-type"):
        type_ = GroupType.parse(options.text("group-type") or "")
        return lambda group: group.type is type_ and protocol in (None, group.protocol_type)
    if protocol is not None:
        return lambda group: group.protocol_type == protocol
    if options.has("consumer"):
        return lambda group: group.protocol_type in ("consumer", "") or group.type is GroupType.CONSUMER
    if options.has("share"):
        return lambda group: group.type is GroupType.SHARE
    if options.has("streams"):
        return lambda group: group.type is GroupType.STREAMS
    return lambda group: True


def _print(groups: list[GroupListing]) -> None:
    rows = [(group.id, group.type.value, group.protocol_type) for group in groups]
    width = max([_WIDTH_MIN, *(len(cell) for row in rows for cell in row)])
    sys.stdout.write(" ".join(f"{head:{width}}" for head in ("GROUP", "TYPE", "PROTOCOL")) + "\n")
    for row in rows:
        sys.stdout.write("".join(f"{cell:{width}} " for cell in row) + "\n")
