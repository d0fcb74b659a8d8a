"""`ottla cluster`: the cluster's id, its endpoints, and brokers that are gone (kafka-cluster.sh)."""

import sys

from ottla.cli.tools.ending import Ended, Failure, IllegalArgument, complain
from ottla.cli.tools.subcommands.grammar import Argument, Command, Given, Kind, OneOf
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_PROGRAM = "kafka-cluster"
_CONNECTION = (
    OneOf(
        (
            Argument(
                ("--bootstrap-server", "-b"),
                "A list of host/port pairs to use for establishing the connection to the Kafka cluster.",
            ),
            Argument(
                ("--bootstrap-controller", "-C"),
                "A list of host/port pairs to use for establishing the connection to the KRaft controllers.",
            ),
        ),
        required=True,
    ),
    Argument(
        ("--config",),
        "(DEPRECATED) A property file containing configurations for the Admin client. "
        "This option will be removed in a future version. Use --command-config instead.",
    ),
    Argument(("--command-config", "-c"), "Config properties file for the Admin client."),
)
_GRAMMAR = Command(
    "The Kafka cluster tool.",
    commands={
        "cluster-id": Command("Get information about the ID of a cluster.", _CONNECTION),
        "unregister": Command(
            "Unregister a broker.",
            (
                *_CONNECTION,
                Argument(("--id", "-i"), "The ID of the broker to unregister.", Kind.NUMBER, required=True),
            ),
        ),
        "list-endpoints": Command(
            "List endpoints",
            (
                *_CONNECTION,
                Argument(
                    ("--include-fenced-brokers",),
                    "Whether to include fenced brokers when listing broker endpoints",
                    Kind.FLAG,
                ),
            ),
        ),
    },
)


def run(arguments: list[str]) -> int:
    from ottla.cli.tools.subcommands.parser import ArgumentFailure

    try:
        return _talk(_given(arguments))
    except Ended as ended:
        return ended.code
    except (ApiError, ArgumentFailure, CallTimedOut, ConfigException, Failure, UnsupportedVersion) as error:
        complain(error)
        return 1


def _given(arguments: list[str]) -> Given:
    from ottla.cli.tools.subcommands.explained import complaint
    from ottla.cli.tools.subcommands.parser import ArgumentFailure, HelpAsked, parse

    try:
        given = parse(_PROGRAM, _GRAMMAR, arguments)
    except HelpAsked as help_:
        sys.stdout.write(str(help_))
        raise Ended(1) from None
    except ArgumentFailure as failure:
        sys.stderr.write(failure.usage + complaint(_PROGRAM, str(failure), failure.suggestions))
        raise Ended(1) from None
    if given.has("config") and given.has("command-config"):
        raise ArgumentFailure("--config and --command-config cannot be specified together.")
    return given


def _talk(given: Given) -> int:
    from ottla.cli.cluster_tool.report import list_endpoints, print_cluster_id, unregister
    from ottla.cli.tools.client_properties import read_properties
    from ottla.cli.tools.session import with_admin

    if given.has("config"):
        sys.stdout.write(
            "Option --config has been deprecated and will be removed in a future version. "
            "Use --command-config instead.\n"
        )
    config = given.text("config") or given.text("command-config")
    properties = {} if config is None else read_properties(config)
    controllers = given.text("bootstrap-controller")

    async def talk(cluster: Cluster) -> int:
        if given.command == "cluster-id":
            await print_cluster_id(cluster)
        elif given.command == "unregister":
            await unregister(cluster, given.number("id") or 0)
        else:
            fenced = given.has("include-fenced-brokers")
            if fenced and controllers is not None:
                raise IllegalArgument(
                    "The option --include-fenced-brokers is only supported with --bootstrap-server option"
                )
            await list_endpoints(cluster, fenced=fenced)
        return 0

    bootstrap = given.text("bootstrap-server") if controllers is None else controllers
    return with_admin(bootstrap or "", properties, talk, of_controllers=controllers is not None)
