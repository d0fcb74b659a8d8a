"""What clients are told of a partition's leader and replicas on their listener."""

from ottla.metadata.partitions import NO_LEADER, Partition
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext


def leader_of(
    partition: Partition, context: RequestContext, *, knows_listener_error: bool
) -> tuple[ErrorCode, int]:
    """NONE and the leader; or LEADER_NOT_AVAILABLE or LISTENER_NOT_FOUND, and none."""
    leader = context.image.brokers.get(partition.leader)
    if leader is None or leader.fenced:
        return ErrorCode.LEADER_NOT_AVAILABLE, NO_LEADER
    if leader.endpoint(context.listener.name) is None:
        known = ErrorCode.LISTENER_NOT_FOUND
        return (known if knows_listener_error else ErrorCode.LEADER_NOT_AVAILABLE), NO_LEADER
    return ErrorCode.NONE, partition.leader


def offline_replicas(partition: Partition, context: RequestContext) -> list[int]:
    """The replicas that can't serve: their broker is away, or the directory they live in."""
    return [replica for replica in partition.replicas if not _online(replica, partition, context)]


def _online(replica: int, partition: Partition, context: RequestContext) -> bool:
    broker = context.image.brokers.get(replica)
    directory = partition.directory(replica)
    return (
        broker is not None
        and not broker.fenced
        and directory is not None
        and broker.has_online_directory(directory)
    )
