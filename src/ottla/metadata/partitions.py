"""One partition as the metadata knows it, and how a change is merged into it (`PartitionRegistration`)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.metadata import metadata_version
from ottla.metadata.record import MetadataRecord, ReplayError
from ottla.model.uuid import ZERO, Uuid
from ottla.wire.messages.partition_record import PartitionRecord

if TYPE_CHECKING:
    from ottla.wire.messages.partition_change_record import PartitionChangeRecord

NO_LEADER: Final = -1
NO_LEADER_CHANGE: Final = -2
NO_RECOVERY_CHANGE: Final = -1
MIGRATING: Final = ZERO
"""The directory of a replica whose broker does not know directories yet."""


class LeaderRecoveryState(IntEnum):
    """After an unclean election the leader must first recover."""

    RECOVERED = 0
    RECOVERING = 1


class Partition(NamedTuple):
    """Replicas and leader of one partition. `directories` runs parallel to `replicas`."""

    replicas: tuple[int, ...]
    directories: tuple[Uuid, ...]
    isr: tuple[int, ...]
    removing_replicas: tuple[int, ...]
    adding_replicas: tuple[int, ...]
    leader: int
    leader_recovery_state: LeaderRecoveryState
    leader_epoch: int
    partition_epoch: int
    elr: tuple[int, ...] = ()
    """Eligible leader replicas: not in sync, but holding everything committed (KIP-966)."""
    last_known_elr: tuple[int, ...] = ()

    @property
    def preferred_leader(self) -> int:
        return self.replicas[0] if self.replicas else NO_LEADER

    @property
    def is_reassigning(self) -> bool:
        return bool(self.removing_replicas or self.adding_replicas)

    def directory(self, replica: int) -> Uuid | None:
        """Where the broker `replica` keeps the partition; None when it is no replica."""
        for broker, directory in zip(self.replicas, self.directories, strict=True):
            if broker == replica:
                return directory
        return None


def partition_of(record: PartitionRecord) -> Partition:
    """The partition that a PartitionRecord describes."""
    replicas = tuple(record.replicas)
    return Partition(
        replicas=replicas,
        directories=_directories(record, replicas, tuple(map(Uuid, record.directories or ()))),
        isr=tuple(record.isr),
        removing_replicas=tuple(record.removing_replicas),
        adding_replicas=tuple(record.adding_replicas),
        leader=record.leader,
        leader_recovery_state=_recovery_state(record, record.leader_recovery_state),
        leader_epoch=record.leader_epoch,
        partition_epoch=record.partition_epoch,
        elr=tuple(record.eligible_leader_replicas or ()),
        last_known_elr=tuple(record.last_known_elr or ()),
    )


def record_of(
    partition: Partition, topic_id: Uuid, partition_id: int, level: int, elr_enabled: bool
) -> MetadataRecord:
    """The partition whole, as one record at metadata.version `level`."""
    record = PartitionRecord(
        partition_id=partition_id,
        topic_id=topic_id,
        replicas=list(partition.replicas),
        isr=list(partition.isr),
        removing_replicas=list(partition.removing_replicas),
        adding_replicas=list(partition.adding_replicas),
        leader=partition.leader,
        leader_recovery_state=partition.leader_recovery_state,
        leader_epoch=partition.leader_epoch,
        partition_epoch=partition.partition_epoch,
        directories=list(partition.directories) if level >= metadata_version.DIRECTORY_ASSIGNMENT else [],
    )
    if elr_enabled:
        record.eligible_leader_replicas = list(partition.elr) or None
        record.last_known_elr = list(partition.last_known_elr) or None
    return MetadataRecord(record, metadata_version.partition_version(level))


def merged(partition: Partition, change: PartitionChangeRecord) -> Partition:
    """`partition` with every present field of `change`.

    Naming a leader raises the leader epoch, even if it is the same one; the partition epoch rises always.
    """
    elects = change.leader != NO_LEADER_CHANGE
    recovers = change.leader_recovery_state != NO_RECOVERY_CHANGE
    replicas = _present(change.replicas, partition.replicas)
    directories = (
        partition.directories if change.directories is None else tuple(map(Uuid, change.directories))
    )
    return Partition(
        replicas=replicas,
        directories=_directories(change, replicas, directories),
        isr=_present(change.isr, partition.isr),
        removing_replicas=_present(change.removing_replicas, partition.removing_replicas),
        adding_replicas=_present(change.adding_replicas, partition.adding_replicas),
        leader=change.leader if elects else partition.leader,
        leader_recovery_state=(
            _recovery_state(change, change.leader_recovery_state)
            if recovers
            else partition.leader_recovery_state
        ),
        leader_epoch=partition.leader_epoch + elects,
        partition_epoch=partition.partition_epoch + 1,
        elr=_present(change.eligible_leader_replicas, partition.elr),
        last_known_elr=_present(change.last_known_elr, partition.last_known_elr),
    )


def without_elr(partition: Partition) -> Partition:
    """The change that a ClearElrRecord makes: none where there is nothing to clear."""
    if not partition.elr and not partition.last_known_elr:
        return partition
    return partition._replace(elr=(), last_known_elr=(), partition_epoch=partition.partition_epoch + 1)


def _present(changed: list[int] | None, current: tuple[int, ...]) -> tuple[int, ...]:
    return current if changed is None else tuple(changed)


def _directories(
    record: PartitionRecord | PartitionChangeRecord, replicas: tuple[int, ...], directories: tuple[Uuid, ...]
) -> tuple[Uuid, ...]:
    if all(directory == MIGRATING for directory in directories):
        return (MIGRATING,) * len(replicas)
    if len(directories) != len(replicas):
        raise ReplayError(record, f"{len(replicas)} replicas but {len(directories)} directories")
    return directories


def _recovery_state(record: PartitionRecord | PartitionChangeRecord, value: int) -> LeaderRecoveryState:
    try:
        return LeaderRecoveryState(value)
    except ValueError:
        raise ReplayError(record, f"Value {value} is not a valid leader recovery state") from None
