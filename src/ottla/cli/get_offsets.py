"""`ottla get-offsets`: offsets of partitions, by time (kafka-get-offsets.sh)."""

import sys

from ottla.cli.options import OptionFailure, Options, Usage
from ottla.cli.tools.bootstrap import bootstrap_fault
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, message_of, stack_trace
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_ABOUT = "An interactive shell for getting topic-partition offsets."


def run(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except Ended as ended:
        return ended.code
    except (ApiError, CallTimedOut, ConfigException, Failure, UnsupportedVersion) as error:
        from ottla.cli.get_offset.words import Terse

        trace = "" if isinstance(error, Terse) else f"{stack_trace(error)}\n"
        sys.stderr.write(f"Error occurred: {message_of(error)}\n{trace}")
        return 1


def _run(arguments: list[str]) -> int:
    from ottla.cli.get_offset.partition_filter import partition_filter
    from ottla.cli.get_offset.report import report_offsets
    from ottla.cli.get_offset.words import timestamp
    from ottla.cli.tools.session import with_admin

    options = _options(arguments)
    at = timestamp(options.text("time") or "latest")
    wanted = partition_filter(
        options.text("topic-partitions"), options.text("topic"), options.text("partitions")
    )
    config = options.text("command-config")
    properties = {**({} if config is None else read_properties(config)), "client.id": "GetOffsetShell"}

    async def talk(cluster: Cluster) -> int:
        await report_offsets(cluster, wanted, at, exclude_internal=options.has("exclude-internal-topics"))
        return 0

    return with_admin(options.text("bootstrap-server") or "", properties, talk)


def _options(arguments: list[str]) -> Options:
    from ottla.cli.get_offset.words import Terse

    usage = Usage("get_offsets")
    if not arguments:
        usage.end(_ABOUT)
    try:
        options = usage.parse(arguments)
    except OptionFailure as failure:
        raise Terse(str(failure)) from None
    usage.help_or_version(options, arguments, _ABOUT)
    usage.require(options, "bootstrap-server")
    fault = bootstrap_fault(options.text("bootstrap-server") or "")
    if fault is not None:
        usage.end(fault)
    if options.has("topic-partitions") and (options.has("topic") or options.has("partitions")):
        raise Terse("--topic-partitions cannot be used with --topic or --partitions")
    return options
