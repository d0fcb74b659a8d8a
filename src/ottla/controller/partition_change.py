"""The one builder of changes to a partition: every event that moves leadership or ISR goes through it.

Kafka's `PartitionChangeBuilder`, with eligible leader replicas (KIP-966).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from ottla.controller.reassignment import Reassignment, Replicas
from ottla.metadata import metadata_version
from ottla.metadata.partitions import NO_LEADER, NO_LEADER_CHANGE, LeaderRecoveryState, Partition
from ottla.metadata.record import MetadataRecord
from ottla.wire.messages.partition_change_record import PartitionChangeRecord

if TYPE_CHECKING:
    from ottla.model.uuid import Uuid


class Election(Enum):
    """Whom to prefer when a leader is chosen."""

    ONLINE = auto()
    """The present leader, else any replica in sync."""
    PREFERRED = auto()
    """The first replica, else as ONLINE."""
    UNCLEAN = auto()
    """As ONLINE, else any replica that is alive, though it may lack committed records."""


class PartitionChange:
    """What a partition is to become. Set the targets, then `build` once."""

    def __init__(
        self,
        partition: Partition,
        topic_id: Uuid,
        partition_id: int,
        *,
        acceptable: Callable[[int], bool],
        level: int,
        min_isr: int,
        elr_enabled: bool,
        default_directory: Callable[[int], Uuid],
    ) -> None:
        """A change of nothing, to be given targets.

        Args:
            partition: as it is now.
            topic_id: the topic of the partition.
            partition_id: its number there.
            acceptable: whether a broker may lead: active, with its directory online.
            level: the metadata.version.
            min_isr: how many must be in sync to commit.
            elr_enabled: whether eligible leader replicas are kept.
            default_directory: where a broker puts a replica that has no directory yet.
        """
        self.partition, self.topic_id, self.partition_id = partition, topic_id, partition_id
        self.election = Election.ONLINE
        self.isr, self.replicas = partition.isr, partition.replicas
        self.removing, self.adding = partition.removing_replicas, partition.adding_replicas
        self.recovery_state = partition.leader_recovery_state
        self.directories = dict(zip(partition.replicas, partition.directories, strict=True))
        self.unclean_shutdown: Replicas = ()
        self._acceptable, self._default_directory = acceptable, default_directory
        self._level, self._min_isr, self._elr_enabled = level, min_isr, elr_enabled
        self._elr = partition.elr

    def build(self) -> MetadataRecord | None:
        """The record of the change, or None when nothing changes."""
        record = PartitionChangeRecord(topic_id=self.topic_id, partition_id=self.partition_id)
        unchanged = PartitionChangeRecord(topic_id=self.topic_id, partition_id=self.partition_id)
        self._complete_reassignment()
        self._populate_elr()
        self._elect(record)
        self._bump_epoch_for_removed_replicas(record)
        self._set_elr(record)
        if record.isr is None and (self.isr or self._elr_enabled) and self.isr != self.partition.isr:
            record.isr = list(self.isr)
        self._bump_epoch_for_shrunk_isr(record)
        self._set_last_known_leader(record)
        self._set_assignment(record)
        if self.recovery_state != self.partition.leader_recovery_state:
            record.leader_recovery_state = self.recovery_state
        if record == unchanged:
            return None
        return MetadataRecord(record, metadata_version.partition_version(self._level))

    def _complete_reassignment(self) -> None:
        completed = Reassignment(self.replicas, self.removing, self.adding).completed(self.isr)
        if completed is not None:
            self.replicas, self.isr = completed
            self.removing = self.adding = ()

    def _populate_elr(self) -> None:
        """Below min ISR, whoever leaves the ISR stays eligible: it has all that was committed till then."""
        if not self._elr_enabled:
            return
        if len(self.isr) >= self._min_isr:
            self._elr = ()
            return
        candidates = sorted({*self._elr, *self.partition.isr})
        self._elr = tuple(
            each for each in candidates if each not in self.isr and each not in self.unclean_shutdown
        )

    # Election

    def _elect(self, record: PartitionChangeRecord) -> None:
        leader, unclean = self._choose()
        if leader == self.partition.leader:
            return
        if leader in self._elr:
            self.isr = (leader,)
            self._elr = tuple(each for each in self._elr if each != leader)
        record.leader = leader
        if unclean:
            # Whoever leads now may lack committed records, so nobody else is in sync with it.
            record.isr = [leader]
            if self.partition.leader_recovery_state != LeaderRecoveryState.RECOVERING:
                record.leader_recovery_state = LeaderRecoveryState.RECOVERING

    def _choose(self) -> tuple[int, bool]:
        """The leader to be, and whether it is an unclean choice."""
        first = self.replicas[:1] if self.election is Election.PREFERRED else ()
        for candidate in (*first, self.partition.leader, *self.replicas):
            if self._valid(candidate):
                return candidate, False
        if self._last_known_leader_can_lead():
            return self.partition.last_known_elr[0], True
        if self.election is Election.UNCLEAN:
            for candidate in self.replicas:
                if self._acceptable(candidate):
                    return candidate, True
        return NO_LEADER, False

    def _valid(self, replica: int) -> bool:
        in_sync = replica in self.isr or (not self.isr and replica in self._elr)
        return in_sync and self._acceptable(replica)

    def _last_known_leader_can_lead(self) -> bool:
        last = self.partition.last_known_elr
        return (
            self._elr_enabled
            and not self._elr
            and not self.isr
            and len(last) == 1
            and self._acceptable(last[0])
        )

    # Epochs

    def _bump_epoch_for_removed_replicas(self, record: PartitionChangeRecord) -> None:
        """A leader must notice that a replica is gone: naming it again raises the epoch."""
        if record.leader == NO_LEADER_CHANGE and not set(self.partition.replicas) <= set(self.replicas):
            record.leader = self.partition.leader

    def _bump_epoch_for_shrunk_isr(self, record: PartitionChangeRecord) -> None:
        """Brokers before 3.6 rely on it (KAFKA-15021)."""
        if self._level >= metadata_version.NO_EPOCH_BUMP_ON_ISR_SHRINK or record.isr is None:
            return
        if record.leader == NO_LEADER_CHANGE and not set(self.partition.isr) <= set(record.isr):
            record.leader = self.partition.leader

    # Fields of the record

    def _set_elr(self, record: PartitionChangeRecord) -> None:
        unclean = record.isr is not None
        if unclean or not self._elr_enabled:
            self._elr = ()
        if self._elr != self.partition.elr:
            record.eligible_leader_replicas = list(self._elr)

    def _set_last_known_leader(self, record: PartitionChangeRecord) -> None:
        if not self._elr_enabled:
            return
        if record.leader == NO_LEADER and not self.partition.last_known_elr:
            record.last_known_elr = [self.partition.leader]
        elif record.leader >= 0 and self.partition.last_known_elr:
            record.last_known_elr = []

    def _set_assignment(self, record: PartitionChangeRecord) -> None:
        if self.replicas:
            if self._level >= metadata_version.DIRECTORY_ASSIGNMENT:
                directories = [self._directory(replica) for replica in self.replicas]
                if tuple(directories) != self.partition.directories:
                    record.directories = list(directories)
            if self.replicas != self.partition.replicas:
                record.replicas = list(self.replicas)
        if self.removing != self.partition.removing_replicas:
            record.removing_replicas = list(self.removing)
        if self.adding != self.partition.adding_replicas:
            record.adding_replicas = list(self.adding)

    def _directory(self, replica: int) -> Uuid:
        found = self.directories.get(replica)
        return self._default_directory(replica) if found is None else found
