"""The metadata of this node: committed batches become images, images go to the publishers.

Beside it stands the active controller, while this node leads the quorum.
"""

import logging
from collections.abc import Callable

from ottla.metadata.delta import MetadataDelta
from ottla.metadata.image import MetadataImage, Provenance
from ottla.metadata.loader import MetadataLoader
from ottla.metadata.record import MetadataRecord
from ottla.raft.batches import BatchView, read_records
from ottla.raft.effects import LeaderChanged
from ottla.raft.positions import BOOTSTRAP_SNAPSHOT, EpochAndOffset
from ottla.raft.snapshots import SnapshotReader
from ottla.runtime.quorum.active_controller import ActiveController
from ottla.runtime.quorum.driver import QuorumDriver
from ottla.wire.metadata_records import decode_metadata_record

_log = logging.getLogger("kafka.raft.KafkaRaftClient")
Publish = Callable[[MetadataImage, MetadataDelta], None]


class NodeMetadata:
    """What lives on the committed metadata log of one node."""

    def __init__(self, driver: QuorumDriver, controller: ActiveController | None) -> None:
        self._driver, self.controller = driver, controller
        self._loader = MetadataLoader()
        self._next = 0
        self._publishers: list[Publish] = []
        self.leader: LeaderChanged | None = None
        self.on_applied: Callable[[int], None] | None = None
        """Told how many bytes of committed batches were applied: snapshots go by it."""

    @property
    def image(self) -> MetadataImage:
        """The last image that was published."""
        return self._loader.image

    def leader_address(self, listener: str) -> tuple[str, int] | None:
        """Where the active controller is reached; None while nobody knows."""
        if self.leader is None or self.leader.leader_id is None:
            return None
        endpoint = self.leader.endpoints.get(listener.upper())
        return (endpoint.host or "localhost", endpoint.port) if endpoint is not None else None

    def subscribe(self, publish: Publish) -> None:
        """`publish` hears of each new image from now on, in the order of subscribing."""
        self._publishers.append(publish)

    # --- what the driver tells ------------------------------------------------------------------

    def committed(self, end: int) -> None:
        applied = 0
        for batch in self._driver.log.batches(self._next, end):
            self._next = batch.end_offset
            applied += len(batch.data)
            self._load(batch, [] if batch.is_control else _records(batch))
        delta = self._loader.take_delta()
        if delta is not None:
            self._publish(delta)
        if self.on_applied is not None:
            self.on_applied(applied)
        if self.controller is not None:
            self.controller.committed(end)

    def load_snapshot(self, snapshot: EpochAndOffset) -> None:
        self._next = snapshot.offset
        if snapshot == BOOTSTRAP_SNAPSHOT:
            return
        reader = SnapshotReader()
        content = self._driver.log.snapshots.read_all(snapshot)
        messages = [message for batch in reader.feed(content) for message in batch]
        reader.finish()
        timestamp = reader.last_contained_log_timestamp_ms or -1
        provenance = Provenance(snapshot.offset - 1, snapshot.epoch, timestamp)
        delta = self._loader.load_snapshot(messages, provenance)
        if self.controller is not None:
            self.controller.replay_snapshot(messages, snapshot.offset)
        self._publish(delta)

    def became_leader(self, epoch: int) -> None:
        assert self.controller is not None, "only a controller leads"
        self.controller.activate(self._driver, epoch)

    def lost_leadership(self, epoch: int) -> None:
        if self.controller is not None:
            self.controller.deactivate()

    def leader_changed(self, change: LeaderChanged) -> None:
        self.leader = change

    def transitioned(self, state: str) -> None:
        _log.info("Completed transition to %s", state)

    def batches_rejected(self, reason: str) -> None:
        _log.warning("What the leader of the quorum sent can't be appended: %s", reason)

    def _load(self, batch: BatchView, records: list[MetadataRecord]) -> None:
        header = batch.header
        first = header.base_offset if records else header.last_offset
        self._loader.load_batch(
            (record.message for record in records), first, header.leader_epoch, header.max_timestamp
        )
        if self.controller is not None and records:
            self.controller.replay(records, first)

    def _publish(self, delta: MetadataDelta) -> None:
        for publish in self._publishers:
            publish(self._loader.image, delta)


def _records(batch: BatchView) -> list[MetadataRecord]:
    return [MetadataRecord(*decode_metadata_record(value)) for _, value in read_records(batch)]
