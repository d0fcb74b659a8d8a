"""Log directories that a broker reports as failed or cordoned (KIP-858, KIP-1066)."""

from collections.abc import Sequence

from ottla.controller.leadership import leader_and_isr_updates
from ottla.controller.partition_index import on_directory
from ottla.controller.registration_change import registration_change
from ottla.controller.turn import Turn
from ottla.metadata import metadata_version
from ottla.metadata.brokers import Broker
from ottla.metadata.record import MetadataRecord


def offline_directories(turn: Turn, broker: Broker, offline: Sequence[bytes]) -> list[MetadataRecord]:
    """What follows when directories that were online have failed: first their partitions move."""
    failed = [directory for directory in broker.directories if directory in offline]
    if not failed or turn.level < metadata_version.DIRECTORY_ASSIGNMENT:
        return []
    records: list[MetadataRecord] = []
    for directory in failed:
        keys = turn.state.partitions.sorted(on_directory(directory))
        records += leader_and_isr_updates(turn, keys, remove=broker.id)
    left = [directory for directory in broker.directories if directory not in offline]
    return [*records, registration_change(broker, log_dirs=left)]


def cordoned_directories(
    turn: Turn, broker: Broker, cordoned: Sequence[bytes] | None
) -> list[MetadataRecord]:
    """The record of another set of cordoned directories. A broker tells none before it has caught up."""
    if cordoned is None or turn.level < metadata_version.CORDONED_LOG_DIRS:
        return []
    if broker.cordoned_directories is not None and set(broker.cordoned_directories) == set(cordoned):
        return []
    return [registration_change(broker, cordoned_log_dirs=cordoned)]
