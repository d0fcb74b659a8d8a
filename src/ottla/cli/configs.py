"""`ottla configs`: describe and alter configurations of topics, brokers, clients (kafka-configs.sh)."""

import sys

from ottla.cli.config import entities as kinds
from ottla.cli.config.changes import changes
from ottla.cli.config.entities import Entities, check
from ottla.cli.options import OptionFailure, Options, Usage
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, IllegalArgument, message_of, stack_trace
from ottla.cli.tools.session import with_admin
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_ERRORS = "org.apache.kafka.common.errors."
_TOLD_PLAINLY = (f"{_ERRORS}InvalidConfigurationException", f"{_ERRORS}InvalidTopicException")
_QUOTAS = (kinds.USERS, kinds.CLIENTS, kinds.IPS)


def run(arguments: list[str]) -> int:
    usage = Usage("configs")
    try:
        options = usage.parse(arguments)
        usage.help_or_version(
            options,
            arguments,
            "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, "
            "client-metrics or group",
        )
        entities = check(usage, options)
        _talk(options, entities)
    except Ended as ended:
        return ended.code
    except (IllegalArgument, OptionFailure, UnsupportedVersion) as error:
        sys.stderr.write(f"{message_of(error)}\n")
        return 1
    except (ApiError, CallTimedOut, ConfigException, Failure) as error:
        if isinstance(error, Failure) and error.thrown in _TOLD_PLAINLY:
            sys.stderr.write(f"{message_of(error)}\n")
        else:
            words = " ".join(arguments)
            sys.stderr.write(f"Error while executing config command with args '{words}'\n")
            sys.stderr.write(stack_trace(error))
        return 1
    return 0


def _talk(options: Options, entities: Entities) -> None:
    config = options.text("command-config")
    properties = {} if config is None else read_properties(config)
    servers, controllers = options.text("bootstrap-server"), options.text("bootstrap-controller")

    async def talk(cluster: Cluster) -> None:
        if options.has("alter"):
            if len(entities.types) != len(entities.names):
                raise IllegalArgument("An entity name must be specified for every entity type")
            await _alter(cluster, options, entities)
        else:
            await _describe(cluster, options, entities)

    bootstrap = servers if servers is not None else controllers
    with_admin(bootstrap or "", properties, talk, of_controllers=servers is None)


async def _describe(cluster: Cluster, options: Options, entities: Entities) -> None:
    kind = entities.types[0]
    if kind in _QUOTAS:
        from ottla.cli.config.quotas import describe_quotas_of

        await describe_quotas_of(cluster, entities)
    else:
        from ottla.cli.config.resources import describe_resources

        name = entities.names[0] if entities.names else None
        await describe_resources(cluster, kind, name, everything=options.has("all"))


async def _alter(cluster: Cluster, options: Options, entities: Entities) -> None:
    kind, name, wanted = entities.types[0], entities.names[0], changes(options)
    if kind in _QUOTAS:
        from ottla.cli.config.quotas import alter_quotas_of

        await alter_quotas_of(cluster, entities, wanted)
    else:
        from ottla.cli.config.resources import alter_resource

        await alter_resource(cluster, kind, name, wanted)
    if name:
        sys.stdout.write(f"Completed updating config for {kind[:-1]} {name}.\n")
    else:
        sys.stdout.write(f"Completed updating default config for {kind} in the cluster.\n")
