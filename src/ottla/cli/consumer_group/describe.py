"""`kafka-consumer-groups --describe`: which report, and what each says of a group's state first."""

import sys

from ottla.cli.consumer_group.listing import chosen_groups
from ottla.cli.consumer_group.members_report import members_report
from ottla.cli.consumer_group.offsets_report import offsets_report
from ottla.cli.consumer_group.state_report import state_report
from ottla.cli.options import Options
from ottla.cli.tools.ending import Failure, execution_failure
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.groups import described_group
from ottla.link.admin.groups import DescribedGroup, GroupState, NotAConsumerGroup
from ottla.model.errors import ApiError

_REBALANCING = frozenset(
    {
        GroupState.PREPARING_REBALANCE,
        GroupState.COMPLETING_REBALANCE,
        GroupState.ASSIGNING,
        GroupState.RECONCILING,
    }
)


async def describe_groups(cluster: Cluster, options: Options, timeout_ms: int) -> None:
    """Nothing is printed unless all of them can be described."""
    ids = sorted(await chosen_groups(cluster, options, timeout_ms))
    try:
        groups = [await described_group(cluster, id_, timeout_ms) for id_ in dict.fromkeys(ids)]
    except (ApiError, CallTimedOut, NotAConsumerGroup) as error:
        raise execution_failure(error) from error
    verbose = options.has("verbose")
    for group in groups:
        if options.has("members"):
            shown = _tell_state(group, rows=len(group.members))
            text = members_report(group, verbose=verbose, widen=shown)
        elif options.has("state"):
            text = await state_report(cluster, group, verbose=verbose) if _tell_state(group, rows=1) else ""
        else:
            rows, text = await offsets_report(cluster, group, timeout_ms, verbose=verbose)
            text = text if _tell_state(group, rows=rows) else ""
        sys.stdout.write(text)
        sys.stdout.flush()


def _tell_state(group: DescribedGroup, *, rows: int) -> bool:
    """Say what the state is worth saying; whether there is more to show."""
    if group.state is GroupState.DEAD:
        sys.stdout.write(f"\nError: Consumer group '{group.id}' does not exist.\n")
    elif group.state is GroupState.EMPTY:
        sys.stderr.write(f"\nConsumer group '{group.id}' has no active members.\n")
    elif group.state in _REBALANCING:
        sys.stderr.write(f"\nWarning: Consumer group '{group.id}' is rebalancing.\n")
    elif group.state is not GroupState.STABLE:
        raise Failure(
            f"Expected a valid consumer group state, but found '{group.state.value}'.",
            "org.apache.kafka.common.KafkaException",
        )
    return group.state is not GroupState.DEAD and rows > 0
