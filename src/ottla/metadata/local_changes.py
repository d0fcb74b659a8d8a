"""What a delta means for the partitions of one broker (`TopicsDelta.localChanges`)."""

from typing import NamedTuple

from ottla.metadata.delta import MetadataDelta, PartitionChange
from ottla.metadata.partitions import Partition


class LocalChanges(NamedTuple):
    """Partitions by what the broker must do with them, each list by topic and partition."""

    removed: tuple[PartitionChange, ...]
    """No longer assigned to the broker: their topic was deleted, or the replica moved away."""
    leading: tuple[PartitionChange, ...]
    """To lead: new ones, and those whose state changed while the broker leads them."""
    following: tuple[PartitionChange, ...]

    def elected(self) -> tuple[PartitionChange, ...]:
        """Of `leading`: those with a new leader epoch."""
        return tuple(
            change for change in self.leading if _leader_epoch(change.before) != _leader_epoch(change.after)
        )


def local_changes(delta: MetadataDelta, broker_id: int) -> LocalChanges:
    """The changes to partitions that `broker_id` has, gets or loses."""
    removed: list[PartitionChange] = []
    leading: list[PartitionChange] = []
    following: list[PartitionChange] = []
    for change in delta.partitions():
        if change.after is None or broker_id not in change.after.replicas:
            if change.before is not None and broker_id in change.before.replicas:
                removed.append(change)
        elif change.after.leader == broker_id:
            leading.append(change)
        else:
            following.append(change)
    return LocalChanges(tuple(removed), tuple(leading), tuple(following))


def _leader_epoch(partition: Partition | None) -> int | None:
    return None if partition is None else partition.leader_epoch
