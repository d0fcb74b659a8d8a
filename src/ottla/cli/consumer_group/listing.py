"""`kafka-consumer-groups --list`, and which groups `--group` and `--all-groups` mean."""

import sys

from ottla.cli.options import Options
from ottla.cli.tools.ending import IllegalArgument
from ottla.cli.tools.java_order import hash_order
from ottla.dial.cluster import Cluster
from ottla.dial.groups import all_groups
from ottla.link.admin.groups import GroupListing, GroupState, GroupType

_WIDTH_MIN = 15
_OF_CONSUMERS = ("", "consumer")
_TYPES = (GroupType.CLASSIC, GroupType.CONSUMER)
_STATES = (
    GroupState.PREPARING_REBALANCE,
    GroupState.COMPLETING_REBALANCE,
    GroupState.STABLE,
    GroupState.DEAD,
    GroupState.EMPTY,
    GroupState.ASSIGNING,
    GroupState.RECONCILING,
)


async def print_groups(cluster: Cluster, options: Options, timeout_ms: int) -> None:
    with_type, with_state = options.has("type"), options.has("state")
    if not with_type and not with_state:
        for group in await _consumer_groups(cluster, (), _TYPES, timeout_ms):
            sys.stdout.write(f"{group.id}\n")
        return
    types, states = _types(options.text("type")), _states(options.text("state"))
    groups = await _consumer_groups(cluster, states, types, timeout_ms)
    width = max((max(_WIDTH_MIN, len(group.id)) for group in groups), default=_WIDTH_MIN) + 10
    rows = [("GROUP", "TYPE", "STATE"), *((each.id, each.type.value, each.state.value) for each in groups)]
    for id_, type_, state in rows:
        cells = [f"{id_:{width}}"]
        cells += [f"{type_:20}"] if with_type else []
        cells += [f"{state:20}"] if with_state else []
        sys.stdout.write(" ".join(cells) + "\n")


async def chosen_groups(cluster: Cluster, options: Options, timeout_ms: int) -> list[str]:
    """The groups that the command line names, or all of them."""
    if not options.has("all-groups"):
        return options.texts("group")
    return [group.id for group in await _consumer_groups(cluster, (), _TYPES, timeout_ms)]


async def _consumer_groups(
    cluster: Cluster, states: tuple[GroupState, ...], types: tuple[GroupType, ...], timeout_ms: int
) -> list[GroupListing]:
    listed = await all_groups(cluster, states, types, timeout_ms)
    groups = {group.id: group for group in listed if group.protocol_type in _OF_CONSUMERS}
    return [groups[id_] for id_ in hash_order(groups)]


def _states(text: str | None) -> tuple[GroupState, ...]:
    if not text:
        return ()
    states = tuple(GroupState.parse(word.strip()) for word in text.split(","))
    if not set(states) <= set(_STATES):
        valid = ", ".join(state.value for state in _STATES)
        raise IllegalArgument(f"Invalid state list '{text}'. Valid states are: {valid}")
    return states


def _types(text: str | None) -> tuple[GroupType, ...]:
    if not text:
        return ()
    types = tuple(GroupType.parse(word.strip()) for word in text.lower().split(","))
    if not set(types) <= set(_TYPES):
        valid = ", ".join(each.value for each in _TYPES)
        raise IllegalArgument(f"Invalid types list '{text}'. Valid types are: {valid}")
    return types
