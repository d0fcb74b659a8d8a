"""The small files beside the logs, all in Kafka's formats.

In a log directory: how far each log is flushed, where it begins, how far it is committed and how far
compacted (`OffsetCheckpointFile`), and the mark of a clean stop (`CleanShutdownFileHandler`). In a log's
folder: the id of its topic (`PartitionMetadataFile`).
"""

import json
from collections.abc import Mapping

from ottla.log.checkpoint_file import CheckpointDamaged, checkpoint_lines, checkpoint_text
from ottla.model.ids import TopicPartition
from ottla.model.ports import Disk
from ottla.model.uuid import ZERO, Uuid, parse_uuid, uuid_text

RECOVERY_POINTS = "recovery-point-offset-checkpoint"
LOG_STARTS = "log-start-offset-checkpoint"
HIGH_WATERMARKS = "replication-offset-checkpoint"
CLEANED_OFFSETS = "cleaner-offset-checkpoint"
CLEAN_SHUTDOWN = ".kafka_cleanshutdown"
PARTITION_METADATA = "partition.metadata"
_METADATA_VERSION = 0


def read_offsets(disk: Disk, path: str) -> dict[TopicPartition, int]:
    """An offset for each partition; none when there is no file. Raises CheckpointDamaged."""
    offsets: dict[TopicPartition, int] = {}
    if disk.exists(path):
        for topic, partition, offset in checkpoint_lines(path, disk.read_all(path), 3):
            try:
                offsets[TopicPartition(topic, int(partition))] = int(offset)
            except ValueError:
                raise CheckpointDamaged(path, f"{topic} {partition} {offset}") from None
    return offsets


def write_offsets(disk: Disk, path: str, offsets: Mapping[TopicPartition, int]) -> None:
    """Replace the file, durably."""
    lines = [f"{name.topic} {name.partition} {offset}" for name, offset in sorted(offsets.items())]
    disk.replace(path, checkpoint_text(lines))


def write_clean_shutdown(disk: Disk, directory: str, broker_epoch: int) -> None:
    """Mark that everything in `directory` is closed properly; the last thing that a stopping node does."""
    content = {"version": 0, "brokerEpoch": broker_epoch}
    disk.replace(f"{directory}/{CLEAN_SHUTDOWN}", json.dumps(content, separators=(",", ":")).encode())


def take_clean_shutdown(disk: Disk, directory: str) -> tuple[bool, int | None]:
    """Whether the last stop was clean, and the broker's epoch then if the mark tells; the mark is removed.

    It must go before anything is written: the next stop may be a crash.
    """
    path = f"{directory}/{CLEAN_SHUTDOWN}"
    if not disk.exists(path):
        return False, None
    epoch = _broker_epoch(disk.read_all(path))
    disk.remove(path)
    disk.sync_dir(directory)
    return True, epoch


def _broker_epoch(data: bytes) -> int | None:
    """Older versions of Kafka leave the file empty."""
    try:
        epoch = json.loads(data)["brokerEpoch"]
    except (ValueError, KeyError, TypeError):
        return None
    return epoch if isinstance(epoch, int) else None


def partition_metadata(topic_id: bytes) -> bytes:
    """The content of `partition.metadata`."""
    return f"version: {_METADATA_VERSION}\ntopic_id: {uuid_text(topic_id)}".encode()


def read_partition_metadata(disk: Disk, folder: str) -> Uuid | None:
    """The id of the topic whose partition lives in `folder`; None if it was never written.

    Raises CheckpointDamaged.
    """
    path = f"{folder}/{PARTITION_METADATA}"
    if not disk.exists(path):
        return None
    text = disk.read_all(path).decode(errors="replace")
    fields = dict(line.partition(":")[::2] for line in text.splitlines())
    try:
        version, topic_id = int(fields["version"]), parse_uuid(fields["topic_id"].strip())
    except (KeyError, ValueError):
        raise CheckpointDamaged(path, text) from None
    if version < _METADATA_VERSION or topic_id == ZERO:
        raise CheckpointDamaged(path, text)
    return topic_id
