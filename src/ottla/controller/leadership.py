"""Who may lead, and the changes that follow when a broker comes or goes (`generateLeaderAndIsrUpdates`)."""

from collections.abc import Callable, Iterable

from ottla.controller.partition_change import Election, PartitionChange
from ottla.controller.partition_index import PartitionKey
from ottla.controller.reassignment import without
from ottla.controller.topic_configs import effective_min_isr, unclean_election_enabled
from ottla.controller.turn import Turn
from ottla.metadata import metadata_version
from ottla.metadata.partitions import MIGRATING, NO_LEADER
from ottla.metadata.record import MetadataRecord
from ottla.metadata.topics import Topic
from ottla.model.uuid import UNASSIGNED_DIRECTORY, Uuid


def change_of(
    turn: Turn, topic: Topic, partition_id: int, is_active: Callable[[int], bool] | None = None
) -> PartitionChange:
    """A change of one partition, without targets yet. `is_active` replaces what the image says of brokers."""
    image = turn.image
    partition = topic.partitions[partition_id]
    active = image.brokers.is_active if is_active is None else is_active

    def acceptable(broker_id: int) -> bool:
        broker, directory = image.brokers.get(broker_id), partition.directory(broker_id)
        if not active(broker_id) or broker is None or directory is None:
            return False
        return broker.has_online_directory(directory)

    return PartitionChange(
        partition,
        topic.id,
        partition_id,
        acceptable=acceptable,
        level=turn.level,
        min_isr=effective_min_isr(turn, topic),
        elr_enabled=image.features.elr_enabled,
        default_directory=lambda broker_id: default_directory(turn, broker_id),
    )


def default_directory(turn: Turn, broker_id: int) -> Uuid:
    """Where a broker puts a new replica: its only directory, or one that it chooses itself later."""
    broker = turn.image.brokers.get(broker_id)
    if turn.level < metadata_version.DIRECTORY_ASSIGNMENT:
        return MIGRATING
    if broker is None or len(broker.directories) > 1:
        return UNASSIGNED_DIRECTORY
    return broker.directories[0] if broker.directories else MIGRATING


def leader_and_isr_updates(
    turn: Turn,
    keys: Iterable[PartitionKey],
    *,
    remove: int = NO_LEADER,
    add: int = NO_LEADER,
    unclean_shutdown: int = NO_LEADER,
) -> list[MetadataRecord]:
    """The changes of `keys` when one broker goes, comes, or is found to have stopped uncleanly.

    The image still shows the broker as it was, so `add` counts as active already and the others no more.
    """
    gone = tuple(each for each in (remove, unclean_shutdown) if each != NO_LEADER)

    def is_active(broker_id: int) -> bool:
        return broker_id not in gone and (broker_id == add or turn.image.brokers.is_active(broker_id))

    records = []
    for key in keys:
        topic = turn.image.topics.by_id(key.topic_id)
        assert topic is not None, "the index follows the image"
        change = change_of(turn, topic, key.partition_id, is_active)
        if unclean_election_enabled(turn, topic.name):
            change.election = Election.UNCLEAN
        if unclean_shutdown != NO_LEADER:
            change.unclean_shutdown = (unclean_shutdown,)
        change.isr = without(change.partition.isr, gone)
        record = change.build()
        if record is not None:
            records.append(record)
    return records
