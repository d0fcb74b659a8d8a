"""`kafka-consumer-groups --delete-offsets`."""

import sys

from ottla.cli.consumer_group.partitions import named_partitions
from ottla.cli.options import Options
from ottla.cli.tools.ending import execution_failure
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.committed_offsets import delete_offsets as delete_call
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition

_WHOLE_TOPIC = -1
_OF_THE_GROUP = frozenset(
    {
        ErrorCode.INVALID_GROUP_ID,
        ErrorCode.GROUP_ID_NOT_FOUND,
        ErrorCode.GROUP_AUTHORIZATION_FAILED,
        ErrorCode.NON_EMPTY_GROUP,
    }
)
_OF_PARTITIONS = frozenset(
    {
        ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
        ErrorCode.TOPIC_AUTHORIZATION_FAILED,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }
)
Outcome = dict[TopicPartition, ErrorCode]


async def delete_offsets(cluster: Cluster, options: Options, timeout_ms: int) -> None:
    group = options.text("group") or ""
    whole = [text for text in options.texts("topic") if ":" not in text]
    partitions = {name for text in options.texts("topic") if ":" in text for name in named_partitions(text)}
    outcome: Outcome = {}
    view = await cluster.refresh(whole) if whole else cluster.view
    for topic in whole:
        known = view.topics[topic]
        partitions |= {TopicPartition(topic, index) for index in known.partitions}
        if known.error:
            outcome[TopicPartition(topic, _WHOLE_TOPIC)] = ErrorCode(known.error)
    code = await _delete(cluster, group, partitions, outcome, timeout_ms)
    sys.stdout.write(_headline(group, code) + _table(outcome))


async def _delete(
    cluster: Cluster, group: str, partitions: set[TopicPartition], outcome: Outcome, timeout_ms: int
) -> ErrorCode:
    """What became of the whole; of each partition in `outcome`."""
    try:
        deleted = await cluster.call(delete_call(group, sorted(partitions)), timeout_ms)
    except ApiError as error:
        outcome.update(dict.fromkeys(partitions, error.code))
        return error.code
    except CallTimedOut as error:
        raise execution_failure(error) from error
    outcome.update(deleted)
    return next((code for code in deleted.values() if code is not ErrorCode.NONE), ErrorCode.NONE)


def _headline(group: str, code: ErrorCode) -> str:
    if code is ErrorCode.NONE:
        return f"Request succeeded for deleting offsets from group {group}.\n"
    if code in _OF_THE_GROUP:
        return f"\nError: {code.text}\n"
    if code in _OF_PARTITIONS:
        return "\nError: Encountered some partition-level error, see the follow-up details.\n"
    return f"\nError: Encountered some unknown error: {code.name}\n"


def _table(outcome: Outcome) -> str:
    width = max(15, *(len(name.topic) for name in outcome), 0)
    lines = [f"\n{'TOPIC':{width}} {'PARTITION':10} {'STATUS':15}"]
    for name in sorted(outcome, key=lambda each: f"{each.topic}{each.partition}"):
        index = "-" if name.partition == _WHOLE_TOPIC else str(name.partition)
        lines.append(f"\n{name.topic:{width}} {index:10} {_status(outcome[name]):15}")
    return "".join(lines) + "\n"


def _status(code: ErrorCode) -> str:
    if code is ErrorCode.NONE:
        return "Successful"
    return f"Error: {execution_failure(ApiError(code))}"
