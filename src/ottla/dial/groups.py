"""Questions about groups that take several nodes or several tries."""

from collections.abc import Iterable

from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.groups import (
    DescribedGroup,
    GroupListing,
    GroupState,
    GroupType,
    describe_classic_group,
    describe_consumer_group,
    list_groups,
)
from ottla.model.errors import ApiError, ErrorCode
from ottla.wire.primitives import UnsupportedVersion


class NodesUnknown(Exception):
    """There was no telling which nodes there are to ask."""


async def all_groups(
    cluster: Cluster,
    states: Iterable[GroupState] = (),
    types: Iterable[GroupType] = (),
    timeout_ms: int | None = None,
) -> list[GroupListing]:
    """The groups of every node. Raises NodesUnknown, and as `Cluster.call`."""
    states, types = tuple(states), tuple(types)
    try:
        view = await cluster.refresh([], name="findAllBrokers")
    except CallTimedOut as error:
        raise NodesUnknown("Failed to find brokers to send ListGroups") from error
    found: list[GroupListing] = []
    for node in sorted(view.nodes):
        listed = await cluster.call(list_groups(node, states, types), timeout_ms)
        found += listed
    return found


async def described_group(cluster: Cluster, group: str, timeout_ms: int | None = None) -> DescribedGroup:
    """A consumer group of whichever protocol. Raises ApiError, NotAConsumerGroup."""
    message = None
    try:
        return await cluster.call(describe_consumer_group(group), timeout_ms)
    except UnsupportedVersion:
        pass
    except ApiError as error:
        if error.code not in (ErrorCode.GROUP_ID_NOT_FOUND, ErrorCode.UNSUPPORTED_VERSION):
            raise
        # Says more than what DescribeGroups says of the same group.
        message = error.message
    try:
        return await cluster.call(describe_classic_group(group), timeout_ms)
    except ApiError as error:
        if error.code is ErrorCode.GROUP_ID_NOT_FOUND and message is not None:
            raise ApiError(error.code, message) from None
        raise
