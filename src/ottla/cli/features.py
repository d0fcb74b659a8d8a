"""`ottla features`: the features of a cluster and their levels (kafka-features.sh)."""

import sys
from typing import Final

from ottla.cli.tools.ending import Ended, Failure, execution_failure, message_of
from ottla.cli.tools.subcommands.grammar import Argument, Command, Given, Kind, OneOf
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_PROGRAM: Final = "kafka-features"
_RELEASE: Final = (
    "For example, 3.9-IV0 will set metadata.version=21 and kraft.version=1. Use the version-mapping "
    "command to learn which features will be set for any given version."
)
_NODE_ID: Final = Argument(
    ("--node-id",),
    "The node id to which the requests should be sent. If not specified, the requests will be sent to an "
    "arbitrary controller/broker.",
    Kind.NUMBER,
)


def _change(verb: str, all_verb: str, example: str) -> tuple[Argument, ...]:
    return (
        Argument(
            ("--metadata",),
            f"DEPRECATED -- The level to which we should {verb} the metadata. For example, {example}.",
        ),
        Argument(("--release-version",), f"The release version to {all_verb} all features to. {_RELEASE}"),
        Argument(
            ("--feature",),
            f"A feature {verb} we should perform, in feature=level format. "
            "For example: `metadata.version=5`.",
            Kind.LIST,
        ),
    )


_UNSAFE: Final = "even if it may irreversibly destroy metadata."
_GRAMMAR: Final = Command(
    "This tool manages feature flags in Kafka.",
    (
        OneOf(
            (
                Argument(
                    ("--bootstrap-server",),
                    "A comma-separated list of host:port pairs to use for establishing the connection to the "
                    "Kafka cluster.",
                ),
                Argument(
                    ("--bootstrap-controller",),
                    "A comma-separated list of host:port pairs to use for establishing the connection to the "
                    "KRaft quorum.",
                ),
            )
        ),
        Argument(("--command-config",), "Property file containing configs to be passed to Admin Client."),
    ),
    {
        "describe": Command("Describes the current active feature flags.", (_NODE_ID,)),
        "upgrade": Command(
            "Upgrade one or more feature flags.",
            (
                *_change("upgrade", "update", "3.3-IV3"),
                Argument(("--dry-run",), "Validate this upgrade, but do not perform it.", Kind.FLAG),
            ),
        ),
        "downgrade": Command(
            "Downgrade one or more feature flags.",
            (
                *_change("downgrade", "downgrade", "3.3-IV0"),
                Argument(("--unsafe",), f"Perform this downgrade {_UNSAFE}", Kind.FLAG),
                Argument(("--dry-run",), "Validate this downgrade, but do not perform it.", Kind.FLAG),
            ),
        ),
        "disable": Command(
            "Disable one or more feature flags. This is the same as downgrading the version to zero.",
            (
                Argument(("--feature",), "A feature flag to disable.", Kind.LIST),
                Argument(("--unsafe",), f"Disable this feature flag {_UNSAFE}", Kind.FLAG),
                Argument(("--dry-run",), "Perform a dry-run of this disable operation.", Kind.FLAG),
            ),
        ),
        "version-mapping": Command(
            "Look up the corresponding features for a given metadata version. Using the command with no "
            "--release-version  argument will return the mapping for the latest stable metadata version",
            (
                Argument(
                    ("--release-version",),
                    "The release version to use for the corresponding feature mapping. The minimum is "
                    "3.3-IV3; the default is 4.3-IV0",
                ),
            ),
        ),
        "feature-dependencies": Command(
            "Look up dependencies for a given feature version. If the feature is not known or the version "
            "not yet defined, an error is thrown. Multiple features can be specified.",
            (
                Argument(
                    ("--feature",),
                    "The feature and version to look up dependencies for, in feature=version format. "
                    "For example: `metadata.version=5`.",
                    Kind.LIST,
                    required=True,
                ),
            ),
        ),
    },
)


def run(arguments: list[str]) -> int:
    from ottla.cli.tools.subcommands.parser import ArgumentFailure, HelpAsked, parse

    try:
        return _execute(parse(_PROGRAM, _GRAMMAR, arguments))
    except HelpAsked as help_:
        sys.stdout.write(str(help_))
        return 0
    except ArgumentFailure as failure:
        sys.stderr.write(f"Command line error: {failure}. Type --help for help.")
        return 1
    except Ended as ended:
        return ended.code
    except (ApiError, CallTimedOut, ConfigException, Failure, UnsupportedVersion) as error:
        sys.stderr.write(f"{message_of(error)}\n")
        return 1


def _execute(given: Given) -> int:
    from ottla.cli.feature.tables import dependency_lines, mapping_lines

    if given.command == "version-mapping":
        sys.stdout.writelines(f"{line}\n" for line in mapping_lines(given.text("release-version")))
        return 0
    if given.command == "feature-dependencies":
        for feature in given.texts("feature"):
            sys.stdout.writelines(f"{line}\n" for line in dependency_lines(feature))
        return 0
    return _talk(given)


def _talk(given: Given) -> int:
    from ottla.cli.feature.report import describe
    from ottla.cli.feature.update import update
    from ottla.cli.tools.client_properties import read_properties
    from ottla.cli.tools.session import with_admin
    from ottla.cli.tools.subcommands.parser import ArgumentFailure

    config = given.text("command-config")
    properties = {} if config is None else read_properties(config)
    controllers = given.text("bootstrap-controller")
    bootstrap = given.text("bootstrap-server") if controllers is None else controllers
    if bootstrap is None:
        raise ArgumentFailure("You must specify either --bootstrap-controller or --bootstrap-server.")

    async def talk(cluster: Cluster) -> int:
        if given.command != "describe":
            await update(cluster, given)
            return 0
        try:
            await describe(cluster, given.number("node-id"))
        except (ApiError, CallTimedOut, UnsupportedVersion) as error:
            raise execution_failure(error) from error
        return 0

    return with_admin(bootstrap, properties, talk, of_controllers=controllers is not None)
