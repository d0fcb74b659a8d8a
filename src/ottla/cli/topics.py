"""`ottla topics`: create, delete, describe or change topics (kafka-topics.sh)."""

import sys

from ottla.cli.options import Options, Usage
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, IllegalArgument, complain, message_of
from ottla.cli.tools.log_line import log_trace
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_LOGGER = "org.apache.kafka.tools.TopicCommand"
_ACTIONS = ("create", "alter", "list", "describe", "delete")
_REPORTS = (
    "under-replicated-partitions",
    "under-min-isr-partitions",
    "at-min-isr-partitions",
    "unavailable-partitions",
)
_SEE_CONFIGS = " (To alter topic configurations, the kafka-configs tool can be used.)"


def run(arguments: list[str]) -> int:
    try:
        usage = Usage("topics")
        options = usage.parse(arguments)
        _check(usage, options, arguments)
        return _talk(options)
    except Ended as ended:
        return ended.code
    except (Failure, ConfigException) as failure:
        complain(failure)
        return 1


def _talk(options: Options) -> int:
    from ottla.cli.tools.session import with_admin

    config = options.text("command-config")
    properties = {} if config is None else read_properties(config)

    async def talk(cluster: Cluster) -> int:
        try:
            await _execute(cluster, options)
        except (ApiError, CallTimedOut, ConfigException, Failure, UnsupportedVersion) as error:
            sys.stdout.write(f"Error while executing topic command : {message_of(error)}\n")
            log_trace(error, _LOGGER)
            return 1
        return 0

    return with_admin(options.text("bootstrap-server") or "", properties, talk)


async def _execute(cluster: Cluster, options: Options) -> None:
    if options.has("create"):
        from ottla.cli.topic.create import create_topic

        await create_topic(cluster, options)
    elif options.has("alter"):
        from ottla.cli.topic.alter import alter_topics

        await alter_topics(cluster, options)
    elif options.has("list"):
        from ottla.cli.topic.matching import matching_topics

        sys.stdout.write("\n".join(await matching_topics(cluster, options)) + "\n")
    elif options.has("describe"):
        from ottla.cli.topic.describe import describe_topics

        await describe_topics(cluster, options)
    else:
        from ottla.cli.topic.delete import delete_topics

        await delete_topics(cluster, options)


def _check(usage: Usage, options: Options, arguments: list[str]) -> None:
    if not arguments:
        usage.end("Create, delete, describe, or change a topic.")
    usage.help_or_version(
        options, arguments, "This tool helps to create, delete, describe, or change a topic."
    )
    if sum(options.has(action) for action in _ACTIONS) != 1:
        usage.end(
            "Command must include exactly one action: --list, --describe, --create, --alter or --delete"
        )
    if options.has("delete-config"):
        sys.stderr.write(
            "delete-config option is no longer supported and deprecated since version 4.0. "
            "The config will be fully removed in future releases.\n"
        )
    _check_required(usage, options)
    _check_exclusions(usage, options)


def _check_required(usage: Usage, options: Options) -> None:
    if not options.has("bootstrap-server"):
        raise IllegalArgument("--bootstrap-server must be specified")
    if options.has("describe") and options.has("if-exists"):
        if not options.has("topic") and not options.has("topic-id"):
            usage.end("--topic or --topic-id is required to describe a topic")
        if options.has("topic") and options.has("topic-id"):
            sys.stdout.write(
                "Only topic id will be used when both --topic and --topic-id are specified and "
                "topicId is not Uuid.ZERO_UUID\n"
            )
    if not options.has("list") and not options.has("describe"):
        usage.require(options, "topic")
    if options.has("alter"):
        if options.has("config"):
            usage.end(
                'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]"'
                + _SEE_CONFIGS
            )
        usage.require(options, "partitions")


def _check_exclusions(usage: Usage, options: Options) -> None:
    _only_with(usage, options, "config", "alter", "create")
    _only_with(usage, options, "partitions", "alter", "create")
    _only_with(usage, options, "replication-factor", "create")
    _only_with(usage, options, "replica-assignment", "alter", "create")
    if options.has("create"):
        usage.exclude(options, "replica-assignment", "partitions", "replication-factor")
    for report in _REPORTS:
        _only_with(usage, options, report, "describe")
        usage.exclude(options, report, "topics-with-overrides")
    _only_with(usage, options, "topics-with-overrides", "describe")
    _only_with(usage, options, "if-exists", "alter", "delete", "describe")
    _only_with(usage, options, "if-not-exists", "create")
    _only_with(usage, options, "exclude-internal", "list", "describe")


def _only_with(usage: Usage, options: Options, used: str, *actions: str) -> None:
    usage.exclude(options, used, *(action for action in _ACTIONS if action not in actions))
