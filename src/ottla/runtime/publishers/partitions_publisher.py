"""Partitions follow the metadata: deleted ones go first, then this broker takes the lead of its own."""

from ottla.metadata.delta import MetadataDelta
from ottla.metadata.image import MetadataImage
from ottla.metadata.local_changes import local_changes
from ottla.model.ids import BrokerId
from ottla.runtime.loop.clock import Clock
from ottla.runtime.partitions.partitions import Partitions


class PartitionsPublisher:
    """Called with each new image."""

    def __init__(self, broker: BrokerId, partitions: Partitions, clock: Clock) -> None:
        self._broker, self._partitions, self._clock = broker, partitions, clock

    def publish(self, image: MetadataImage, delta: MetadataDelta) -> None:
        changes, now = local_changes(delta, self._broker), self._clock.now()
        for change in changes.removed:
            self._partitions.remove(change.topic, change.partition_id, now)
        for change in changes.leading:
            assert change.after is not None, "what is led is there"
            self._partitions.lead(change.topic, change.partition_id, change.after, now)
