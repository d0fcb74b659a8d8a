"""What all requests of the quorum share.

One topic, one partition, a cluster id, and who leads in every answer.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from ottla.model.errors import ErrorCode
from ottla.model.uuid import Uuid
from ottla.raft.replica import InconsistentQuorum, Replica
from ottla.raft.states.leader import Leader
from ottla.raft.transitions import take_over_leader
from ottla.raft.voters import Address, Endpoints, ReplicaKey

TOPIC = "__cluster_metadata"
PARTITION = 0


class NamedAddress(Protocol):
    """A listener as requests carry it."""

    name: str
    host: str
    port: int


class NodeAddress(Protocol):
    """A node's address as answers carry it, on the listener that was asked."""

    node_id: int
    host: str
    port: int


class Leadership(NamedTuple):
    """Who leads, as an answer says."""

    leader_id: int | None
    epoch: int
    endpoints: Endpoints


N = TypeVar("N")


def leader_nodes(replica: Replica, listener: str, node: Callable[..., N], *, served: bool) -> list[N]:
    """The field `NodeEndpoints`, if the version has it.

    The leader's address on the listener that was asked.
    """
    address = replica.state.leader_endpoints.get(listener)
    if not served or address is None or replica.state.leader_id is None:
        return []
    return [node(node_id=replica.state.leader_id, host=address.host, port=address.port)]


def leader_id_or_none(replica: Replica) -> int:
    """As answers carry it: -1 for none."""
    return replica.state.leader_id if replica.state.leader_id is not None else -1


def named_endpoints(listeners: Iterable[NamedAddress]) -> Endpoints:
    return {listener.name.upper(): Address(listener.host, listener.port) for listener in listeners}


def only_partition(
    topics: Sequence[Any], *, topic_name: str = "topic_name", index: str = "partition_index"
) -> Any:
    """The one partition of a request or answer about the metadata topic.

    None if it is about anything else.
    """
    if len(topics) != 1 or getattr(topics[0], topic_name) != TOPIC or len(topics[0].partitions) != 1:
        return None
    partition = topics[0].partitions[0]
    return partition if getattr(partition, index) == PARTITION else None


def error_of(code: int) -> ErrorCode:
    """The error of an answer; a code that we don't know is an unknown error."""
    try:
        return ErrorCode(code)
    except ValueError:
        return ErrorCode.UNKNOWN_SERVER_ERROR


def is_cluster(replica: Replica, cluster_id: str | None) -> bool:
    """A request that names no cluster is taken for ours."""
    return cluster_id is None or cluster_id == replica.identity.cluster_id


def is_addressee(replica: Replica, voter_id: int, directory_id: bytes) -> bool:
    """Whether Vote or BeginQuorumEpoch is meant for this replica. Old versions name nobody (-1)."""
    return voter_id < 0 or ReplicaKey(voter_id, Uuid(directory_id)) in (
        replica.identity.key,
        ReplicaKey(replica.node_id),
    )


def refuse_as_voter(replica: Replica, remote_id: int, epoch: int) -> ErrorCode | None:
    """What is wrong with a request from a voter."""
    if epoch < replica.state.epoch:
        return ErrorCode.FENCED_LEADER_EPOCH
    return ErrorCode.INVALID_REQUEST if remote_id < 0 else None


def refuse_as_leader(replica: Replica, epoch: int) -> ErrorCode | None:
    """What is wrong with a request that only the leader of `epoch` may answer."""
    if epoch < replica.state.epoch:
        return ErrorCode.FENCED_LEADER_EPOCH
    if epoch > replica.state.epoch:
        return ErrorCode.UNKNOWN_LEADER_EPOCH
    if not isinstance(replica.state, Leader):
        return ErrorCode.NOT_LEADER_OR_FOLLOWER
    return ErrorCode.BROKER_NOT_AVAILABLE if replica.shutdown is not None else None


def told_leadership(replica: Replica, leader_id: int, epoch: int, nodes: Iterable[NodeAddress]) -> Leadership:
    """What an answer says about the leader; its address comes from the voter set if the answer has none."""
    if leader_id < 0:
        return Leadership(None, epoch, {})
    listener = replica.identity.listener
    address = next((Address(node.host, node.port) for node in nodes if node.node_id == leader_id), None)
    endpoints = {listener: address} if address is not None else replica.voter_set.endpoints(leader_id)
    return Leadership(leader_id, epoch, endpoints)


def settle_common(replica: Replica, error: ErrorCode, told: Leadership) -> bool | None:
    """What every answer means, whatever was asked.

    None: the answer belongs to this epoch and is its handler's. True: all is said. False: ask again, after a
    pause.
    """
    before = replica.state
    if error is ErrorCode.UNKNOWN_LEADER_EPOCH:
        return False
    if told.epoch < before.epoch:
        return True
    if told.epoch > before.epoch or error in (
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ):
        take_over_leader(replica, told.leader_id, told.epoch, told.endpoints)
        # Who asks again at once and learns nothing would do so as fast as the network lets it.
        return replica.state is not before
    if told.leader_id is not None and replica.state.leader_id is None and told.endpoints:
        # An observer finds the leader and its first records in one answer.
        take_over_leader(replica, told.leader_id, told.epoch, told.endpoints)
        return None if error is ErrorCode.NONE else True
    if error is ErrorCode.BROKER_NOT_AVAILABLE:
        return False
    if error is ErrorCode.INVALID_VOTER_KEY:
        return True
    if error is ErrorCode.INVALID_REQUEST:
        raise InconsistentQuorum("Received unexpected invalid request error")
    return None


def settle_top_level(error: ErrorCode) -> bool:
    """An answer that failed as a whole: nothing is known, ask again after a pause."""
    if error is ErrorCode.CLUSTER_AUTHORIZATION_FAILED:
        raise InconsistentQuorum("Received cluster authorization error in response")
    return False
