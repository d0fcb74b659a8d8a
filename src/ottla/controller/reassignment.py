"""The arithmetic of moving a partition to other brokers (KIP-455, `PartitionReassignmentReplicas`)."""

from typing import NamedTuple

from ottla.metadata.partitions import Partition
from ottla.model.errors import ApiError, ErrorCode

Replicas = tuple[int, ...]


class Reassignment(NamedTuple):
    """A move under way: `replicas` holds those to come and those to go."""

    replicas: Replicas
    removing: Replicas
    adding: Replicas

    def completed(self, isr: Replicas) -> tuple[Replicas, Replicas] | None:
        """Replicas and ISR afterwards, if `isr` allows to finish."""
        if not self.removing and not self.adding:
            return None
        left_isr, left = without(isr, self.removing), without(self.replicas, self.removing)
        if self.removing and not (left_isr and left):
            return None
        # All that were added must be in sync: a new broker may be unhealthy.
        if not set(self.adding) <= set(left_isr):
            return None
        # Where the move makes replicas fewer, finishing early would shrink the ISR for nothing.
        if len(self.adding) < len(self.removing) and not set(left) <= set(left_isr):
            return None
        return left, left_isr


class Revert(NamedTuple):
    """A move taken back. It is unclean when nobody in sync is left."""

    replicas: Replicas
    isr: Replicas
    unclean: bool


def reassign(current: Replicas, target: Replicas) -> Reassignment:
    """The first step from `current` to `target`."""
    removing = tuple(sorted(set(current) - set(target)))
    adding = tuple(sorted(set(target) - set(current)))
    return Reassignment((*target, *removing), removing, adding)


def revert(partition: Partition) -> Revert:
    """Back to the replicas before: those being removed stay, those being added go."""
    replicas = without(partition.replicas, partition.adding_replicas)
    isr = without(partition.isr, partition.adding_replicas)
    if isr:
        return Revert(replicas, isr, unclean=False)
    if not replicas:
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "Invalid replica assignment: addingReplicas contains all replicas.",
        )
    return Revert(replicas, replicas[:1], unclean=True)


def without(replicas: Replicas, gone: Replicas) -> Replicas:
    return tuple(replica for replica in replicas if replica not in gone)
