"""`ottla consumer-groups`: list, describe and delete groups, reset offsets (kafka-consumer-groups.sh)."""

import re
import sys

from ottla.cli.options import OptionFailure, Options, Usage
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, IllegalArgument, message_of, stack_trace
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.groups import NodesUnknown
from ottla.link.admin.groups import NotAConsumerGroup
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_ACTIONS = ("list", "describe", "delete", "reset-offsets", "delete-offsets", "validate-regex")
_AVAILABLE_IF = {
    "members": ("describe",),
    "verbose": ("describe",),
    "offsets": ("describe",),
    "state": ("describe", "list"),
    "type": ("list",),
}
_SCENARIOS = (
    "to-offset",
    "to-datetime",
    "by-duration",
    "to-earliest",
    "to-latest",
    "to-current",
    "shift-by",
    "from-file",
)
_REGEX_ERRORS = {
    "unterminated character set": "missing closing ]",
    "missing ), unterminated subpattern": "missing closing )",
    "nothing to repeat": "missing argument to repetition operator",
    "multiple repeat": "invalid nested repetition operator",
    "bad escape (end of pattern)": "trailing backslash at end of expression",
}
"""What RE2/J, which Kafka asks, says of the same faults."""
_SCOPES = "[group], [all-groups]"


def run(arguments: list[str]) -> int:
    usage = Usage("consumer_groups", _AVAILABLE_IF)
    try:
        options = usage.parse(arguments)
        _check(usage, options, arguments)
        _talk(usage, options)
    except Ended as ended:
        return ended.code
    except OptionFailure as failure:
        sys.stderr.write(f'Exception in thread "main" {stack_trace(failure)}')
        return 1
    return 0


def _talk(usage: Usage, options: Options) -> None:
    from ottla.cli.tools.session import with_admin

    if options.has("validate-regex"):
        _validate_regex(options.text("validate-regex") or "")
        return

    async def talk(cluster: Cluster) -> None:
        await _execute(cluster, usage, options)

    try:
        config = options.text("command-config")
        properties = {} if config is None else read_properties(config)
        with_admin(options.text("bootstrap-server") or "", properties, talk)
    except (IllegalArgument, NotAConsumerGroup) as error:
        usage.end(message_of(error))
    except (ApiError, CallTimedOut, ConfigException, Failure, NodesUnknown, UnsupportedVersion) as error:
        sys.stdout.write(f"\nError: Executing consumer group command failed due to {message_of(error)}\n")
        sys.stdout.flush()
        sys.stderr.write(stack_trace(error))


async def _execute(cluster: Cluster, usage: Usage, options: Options) -> None:
    timeout_ms = options.number("timeout")
    timeout_ms = 30_000 if timeout_ms is None else timeout_ms
    if options.has("list"):
        from ottla.cli.consumer_group.listing import print_groups

        await print_groups(cluster, options, timeout_ms)
    elif options.has("describe"):
        from ottla.cli.consumer_group.describe import describe_groups

        await describe_groups(cluster, options, timeout_ms)
    elif options.has("delete"):
        from ottla.cli.consumer_group.delete import delete_groups

        await delete_groups(cluster, options, timeout_ms)
    elif options.has("reset-offsets"):
        from ottla.cli.consumer_group.reset import reset_offsets

        await reset_offsets(cluster, usage, options, timeout_ms)
    else:
        from ottla.cli.consumer_group.delete_offsets import delete_offsets

        await delete_offsets(cluster, options, timeout_ms)


def _check(usage: Usage, options: Options, arguments: list[str]) -> None:
    usage.help_or_version(
        options,
        arguments,
        "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, "
        "or reset consumer group offsets.",
    )
    if not options.has("validate-regex"):
        usage.require(options, "bootstrap-server")
    if options.has("describe"):
        _check_describe(usage, options)
    if options.has("delete"):
        _check_scope(usage, options, "delete")
        if options.has("topic"):
            usage.end("The consumer does not support topic-specific offset deletion from a consumer group.")
    if options.has("delete-offsets") and not (options.has("group") and options.has("topic")):
        usage.end("Option [delete-offsets] takes the following options: [group], [topic]")
    if options.has("reset-offsets"):
        _check_reset(usage, options)
    usage.exclude(options, "group", "all-groups", "list")
    usage.exclude(options, "topic", "list", "describe")
    if sum(options.has(action) for action in _ACTIONS) != 1:
        listed = ", ".join(f"--{action}" for action in _ACTIONS)
        usage.end(f"Command must include exactly one action: {listed}")


def _check_describe(usage: Usage, options: Options) -> None:
    _check_scope(usage, options, "describe")
    views = ("members", "offsets", "state")
    if sum(options.has(view) for view in views) > 1:
        usage.end("Option [describe] takes at most one of these options: [members], [offsets], [state]")
    if options.text("state") is not None:
        usage.end("Option [describe] does not take a value for [state]")


def _check_reset(usage: Usage, options: Options) -> None:
    if options.has("dry-run") and options.has("execute"):
        usage.end("Option [reset-offsets] only accepts one of [execute] and [dry-run]")
    if not options.has("dry-run") and not options.has("execute"):
        sys.stderr.write(
            "WARN: No action will be performed as the --execute option is missing. In version 5.0, this "
            "command will require either --dry-run or --execute to be specified. You should add the "
            "--dry-run option explicitly if you are scripting this command and want to keep the current "
            "default behavior without prompting.\n"
        )
    _check_scope(usage, options, "reset-offsets")
    for scenario in _SCENARIOS:
        usage.exclude(options, scenario, *(other for other in _SCENARIOS if other != scenario))


def _check_scope(usage: Usage, options: Options, action: str) -> None:
    if not options.has("group") and not options.has("all-groups"):
        usage.end(f"Option [{action}] takes one of these options: {_SCOPES}")


def _validate_regex(regex: str) -> None:
    try:
        re.compile(regex)
    except re.error as error:
        reason = _REGEX_ERRORS.get(error.msg, error.msg)
        sys.stdout.write(f"The regular expression `{regex}` is invalid: {reason}.\n")
    else:
        sys.stdout.write(f"The regular expression `{regex}` is valid.\n")
