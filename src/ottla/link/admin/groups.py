"""Groups: list them, describe consumer groups of both kinds, delete them."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from ottla.link.call import COORDINATOR_PASSING, Call, Coordinator, Node, raise_error
from ottla.link.consumer.protocol import decode_assignment
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages import consumer_group_describe_response, describe_groups_response
from ottla.wire.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from ottla.wire.messages.delete_groups_request import DeleteGroupsRequest
from ottla.wire.messages.delete_groups_response import DeleteGroupsResponse
from ottla.wire.messages.describe_groups_request import DescribeGroupsRequest
from ottla.wire.messages.list_groups_request import ListGroupsRequest
from ottla.wire.messages.list_groups_response import ListGroupsResponse

_LOADING = (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE)


class GroupType(Enum):
    """What protocol a group follows; the value is Kafka's name."""

    UNKNOWN = "Unknown"
    CONSUMER = "Consumer"
    CLASSIC = "Classic"
    SHARE = "Share"
    STREAMS = "Streams"

    @classmethod
    def parse(cls, name: str) -> "GroupType":
        return next((each for each in cls if each.value.lower() == name.lower()), cls.UNKNOWN)


class GroupState(Enum):
    """Where a group stands; the value is Kafka's name."""

    UNKNOWN = "Unknown"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    STABLE = "Stable"
    DEAD = "Dead"
    EMPTY = "Empty"
    ASSIGNING = "Assigning"
    RECONCILING = "Reconciling"
    NOT_READY = "NotReady"

    @classmethod
    def parse(cls, name: str) -> "GroupState":
        return next((each for each in cls if each.value.lower() == name.lower()), cls.UNKNOWN)


class GroupListing(NamedTuple):
    """One group that a node coordinates."""

    id: str
    protocol_type: str
    type: GroupType
    state: GroupState


class DescribedMember(NamedTuple):
    """One member. What only the new protocol (KIP-848) knows is None in a classic group."""

    id: str
    instance_id: str | None
    client_id: str
    host: str
    assignment: tuple[TopicPartition, ...]
    target: tuple[TopicPartition, ...] | None = None
    epoch: int | None = None
    upgraded: bool | None = None


class DescribedGroup(NamedTuple):
    """One consumer group."""

    id: str
    type: GroupType
    state: GroupState
    assignor: str
    members: tuple[DescribedMember, ...]
    epoch: int | None = None
    target_epoch: int | None = None


def list_groups(
    node: int, states: Iterable[GroupState] = (), types: Iterable[GroupType] = ()
) -> Call[list[GroupListing]]:
    """The groups that `node` coordinates; only those in `states` and of `types`, if there are any."""
    request = ListGroupsRequest(
        states_filter=[state.value for state in states], types_filter=[each.value for each in types]
    )
    return Call("listGroups", Node(node), request, _listed)


def _listed(response: ListGroupsResponse) -> list[GroupListing]:
    raise_error(response.error_code, passing=_LOADING)
    return [
        GroupListing(
            each.group_id,
            each.protocol_type,
            GroupType.parse(each.group_type),
            GroupState.parse(each.group_state),
        )
        for each in response.groups
    ]


def describe_consumer_group(group: str) -> Call[DescribedGroup]:
    """A group of the new protocol. GROUP_ID_NOT_FOUND when it is a classic one, or none."""
    request = ConsumerGroupDescribeRequest(group_ids=[group])
    return Call("describeConsumerGroups", Coordinator(group), request, _described_consumer_group)


def _described_consumer_group(
    response: consumer_group_describe_response.ConsumerGroupDescribeResponse,
) -> DescribedGroup:
    group = response.groups[0]
    raise_error(group.error_code, group.error_message, passing=COORDINATOR_PASSING)
    members = tuple(
        DescribedMember(
            each.member_id,
            each.instance_id,
            each.client_id,
            each.client_host,
            _partitions(each.assignment),
            _partitions(each.target_assignment),
            each.member_epoch,
            None if each.member_type == -1 else each.member_type == 1,
        )
        for each in group.members
    )
    return DescribedGroup(
        group.group_id,
        GroupType.CONSUMER,
        GroupState.parse(group.group_state),
        group.assignor_name,
        members,
        group.group_epoch,
        group.assignment_epoch,
    )


def _partitions(assignment: consumer_group_describe_response.Assignment) -> tuple[TopicPartition, ...]:
    return tuple(
        TopicPartition(topic.topic_name, index)
        for topic in assignment.topic_partitions
        for index in topic.partitions
    )


def describe_classic_group(group: str) -> Call[DescribedGroup]:
    """A classic group of consumers, or one that has never had members."""
    request = DescribeGroupsRequest(groups=[group])
    return Call("describeConsumerGroups", Coordinator(group), request, _described_classic_group)


class NotAConsumerGroup(Exception):
    """The group speaks another protocol: Connect's workers, say."""


def _described_classic_group(response: describe_groups_response.DescribeGroupsResponse) -> DescribedGroup:
    group = response.groups[0]
    raise_error(group.error_code, group.error_message, passing=COORDINATOR_PASSING)
    if group.protocol_type not in ("", "consumer"):
        raise NotAConsumerGroup(f"GroupId {group.group_id} is not a consumer group ({group.protocol_type}).")
    members = tuple(
        DescribedMember(
            each.member_id,
            each.group_instance_id,
            each.client_id,
            each.client_host,
            tuple(decode_assignment(each.member_assignment)),
        )
        for each in group.members
    )
    return DescribedGroup(
        group.group_id, GroupType.CLASSIC, GroupState.parse(group.group_state), group.protocol_data, members
    )


def delete_group(group: str) -> Call[None]:
    """The group and its offsets go; it must be empty."""
    return Call(
        "deleteConsumerGroups", Coordinator(group), DeleteGroupsRequest(groups_names=[group]), _deleted
    )


def _deleted(response: DeleteGroupsResponse) -> None:
    raise_error(response.results[0].error_code, passing=COORDINATOR_PASSING)
