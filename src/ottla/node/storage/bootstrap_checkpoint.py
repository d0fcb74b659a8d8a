"""The file `bootstrap.checkpoint`.

The records that the first controller of a new cluster writes first (KIP-778). It has the form of a snapshot
and stands in every formatted directory; the one in the metadata log directory counts.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ottla.metadata import metadata_version
from ottla.metadata.record import MetadataRecord
from ottla.model.ports import Disk
from ottla.node.storage.log_directories import StorageError
from ottla.raft.batches import InvalidBatch
from ottla.raft.positions import BOOTSTRAP_SNAPSHOT
from ottla.raft.snapshots import SNAPSHOT_BATCH_BYTES, SnapshotReader, snapshot_content
from ottla.wire.message import Message
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

BOOTSTRAP_FILE = "bootstrap.checkpoint"


class BootstrapMetadata(NamedTuple):
    """Records for an empty log, and where they come from."""

    records: tuple[Message, ...]
    source: str

    @property
    def metadata_version(self) -> int:
        """The level that the records finalize."""
        return _metadata_version(self.records, self.source)


def bootstrap_content(records: Sequence[MetadataRecord], wall_ms: int) -> bytes:
    """The file that holds `records`."""
    batches = snapshot_content(BOOTSTRAP_SNAPSHOT, records, last_contained_log_timestamp_ms=0, now_ms=wall_ms)
    return b"".join(batches)


def read_bootstrap(disk: Disk, directory: str) -> BootstrapMetadata:
    """What the file in `directory` says; without one, the default: the metadata.version that we begin with.

    Raises `StorageError`.
    """
    if not disk.is_dir(directory):
        if disk.exists(directory):
            raise StorageError(f"Path {directory} exists, but is not a directory.")
        raise StorageError(f"No such directory as {directory}")
    path = f"{directory}/{BOOTSTRAP_FILE}"
    if not disk.exists(path):
        record = FeatureLevelRecord(name=metadata_version.FEATURE, feature_level=metadata_version.BOOTSTRAP)
        return BootstrapMetadata((record,), "the default bootstrap")
    source = f"the binary bootstrap metadata file: {path}"
    bootstrap = BootstrapMetadata(tuple(_read_records(path, disk.read_all(path))), source)
    _metadata_version(bootstrap.records, source)
    return bootstrap


def _read_records(path: str, content: bytes) -> list[Message]:
    reader, records = SnapshotReader(), list[Message]()
    try:
        for at in range(0, len(content), SNAPSHOT_BATCH_BYTES):
            for batch in reader.feed(content[at : at + SNAPSHOT_BATCH_BYTES]):
                records += batch
        reader.finish()
    except (InvalidBatch, ProtocolError, UnsupportedVersion) as error:
        raise StorageError(f"Unable to read {path}: {error}") from error
    return records


def _metadata_version(records: Sequence[Message], source: str) -> int:
    levels = [
        record.feature_level
        for record in records
        if isinstance(record, FeatureLevelRecord) and record.name == metadata_version.FEATURE
    ]
    if not levels:
        raise StorageError(
            f"No FeatureLevelRecord for {metadata_version.FEATURE} was found in the bootstrap metadata from "
            f"{source}"
        )
    return levels[-1]
