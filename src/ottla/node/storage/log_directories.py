"""All log directories of a node together: which are formatted, and whether they belong to one node.

Kafka's `MetaPropertiesEnsemble`, and the checks of `KafkaRaftServer.initializeLogDirs`. Texts are Kafka's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ottla.model.ports import Disk, Entropy
from ottla.model.uuid import Uuid, is_reserved, uuid_text
from ottla.node.storage.meta_properties import (
    META_PROPERTIES_FILE,
    InvalidMetaProperties,
    MetaProperties,
    parse_meta_properties,
)

METADATA_PARTITION_DIRECTORY = "__cluster_metadata-0"


class StorageError(Exception):
    """The log directories are not what the configuration says, or not ready to use. A person must look."""


@dataclass(frozen=True, slots=True)
class LogDirectories:
    """What was found, by directory, in the order of their names."""

    formatted: dict[str, MetaProperties]
    empty: tuple[str, ...]
    """Not formatted, or not there."""
    failed: dict[str, str]
    """Why their `meta.properties` cannot be read."""


def load_log_directories(disk: Disk, directories: Iterable[str]) -> LogDirectories:
    """Read every `meta.properties`. A directory that fails is noted, not raised."""
    formatted: dict[str, MetaProperties] = {}
    empty: list[str] = []
    failed: dict[str, str] = {}
    for directory in sorted(set(directories)):
        try:
            content = disk.read_all(f"{directory}/{META_PROPERTIES_FILE}")
            formatted[directory] = parse_meta_properties(content)
        except FileNotFoundError:
            empty.append(directory)
        except (OSError, InvalidMetaProperties) as error:
            failed[directory] = str(error)
    return LogDirectories(formatted, tuple(empty), failed)


def verify(found: LogDirectories, cluster_id: str | None, node_id: int | None) -> None:
    """Check that all formatted directories belong to one node of one cluster, which `None` leaves open.

    Raises `StorageError`.
    """
    seen: dict[Uuid, str] = {}
    for directory, meta in found.formatted.items():
        path = f"{directory}/{META_PROPERTIES_FILE}"
        if meta.cluster_id is not None:
            cluster_id = cluster_id or meta.cluster_id
            if meta.cluster_id != cluster_id:
                raise StorageError(
                    f"Invalid cluster.id in: {path}. Expected {cluster_id}, but read {meta.cluster_id}"
                )
        if meta.node_id is not None:
            node_id = meta.node_id if node_id is None else node_id
            if meta.node_id != node_id:
                raise StorageError(
                    f"Stored node id {meta.node_id} doesn't match previous node id {node_id} in {path}. If "
                    "you moved your data, make sure your configured node id matches. If you intend to "
                    "create a new node, you should remove all data in your data directories."
                )
        _verify_directory_id(directory, meta, seen)


def prepare_log_directories(
    disk: Disk, entropy: Entropy, wall_ms: int, node_id: int, log_dirs: Iterable[str], metadata_log_dir: str
) -> LogDirectories:
    """The directories of a node that starts, checked; a missing directory id is chosen and written.

    Directories in `failed` are offline: a broker goes on without them, as Kafka's does, unless one is the
    metadata log's. Raises `StorageError`.
    """
    found = load_log_directories(disk, [*log_dirs, metadata_log_dir])
    if not found.formatted:
        raise StorageError("No readable meta.properties files found.")
    verify(found, None, node_id)
    if metadata_log_dir in found.failed:
        raise StorageError(
            f"Encountered I/O error in metadata log directory {metadata_log_dir}. Cannot continue."
        )
    for directory in found.formatted:
        stray = f"{directory}/{METADATA_PARTITION_DIRECTORY}"
        if directory != metadata_log_dir and disk.exists(stray):
            raise StorageError(
                f"Found unexpected metadata location in data directory `{stray}` "
                f"(the configured metadata directory is {metadata_log_dir})."
            )
    for directory in found.empty:
        raise StorageError(
            f"No `meta.properties` found in {directory} (have you run `kafka-storage.sh` to format the "
            "directory?)"
        )
    return replace(found, formatted=_with_directory_ids(disk, entropy, wall_ms, found))


def new_directory_id(entropy: Entropy, taken: Iterable[MetaProperties]) -> Uuid:
    """One that no directory of this node has."""
    ids = {meta.directory_id for meta in taken}
    while (chosen := entropy.uuid()) in ids:
        pass
    return chosen


def write_meta_properties(disk: Disk, directory: str, meta: MetaProperties, wall_ms: int) -> None:
    disk.replace(f"{directory}/{META_PROPERTIES_FILE}", meta.file_content(wall_ms))


def _verify_directory_id(directory: str, meta: MetaProperties, seen: dict[Uuid, str]) -> None:
    if meta.directory_id is None:
        return
    text = uuid_text(meta.directory_id)
    if is_reserved(meta.directory_id):
        raise StorageError(f"Invalid reserved directory ID {text} found in {directory}")
    if meta.directory_id in seen:
        raise StorageError(
            f"Duplicate directory ID Optional[{text}] found. It was the ID of {seen[meta.directory_id]}, but "
            f"also of {directory}"
        )
    seen[meta.directory_id] = directory


def _with_directory_ids(
    disk: Disk, entropy: Entropy, wall_ms: int, found: LogDirectories
) -> dict[str, MetaProperties]:
    formatted = dict(found.formatted)
    for directory, meta in found.formatted.items():
        if meta.node_id is None:
            raise StorageError(f"Error: node ID not found in {directory}")
        if meta.cluster_id is None:
            raise StorageError(f"Error: cluster ID not found in {directory}")
        if meta.directory_id is None:
            formatted[directory] = replace(meta, directory_id=new_directory_id(entropy, formatted.values()))
            write_meta_properties(disk, directory, formatted[directory], wall_ms)
    return formatted
