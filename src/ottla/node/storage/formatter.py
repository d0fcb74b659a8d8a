"""What `kafka-storage format` does to the log directories of one node: Kafka's `StorageTool` and `Formatter`.

Texts are Kafka's. A directory counts as formatted when its `meta.properties` is there, so that comes last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ottla.metadata import metadata_version
from ottla.metadata.features import KRAFT_VERSION
from ottla.metadata.record import MetadataRecord
from ottla.model.ports import Disk, Entropy
from ottla.node.storage.bootstrap_checkpoint import BOOTSTRAP_FILE, bootstrap_content
from ottla.node.storage.initial_controllers import (
    InitialController,
    InvalidController,
    initial_voters,
    parse_initial_controllers,
)
from ottla.node.storage.initial_features import initial_features, initial_metadata_version, parse_features
from ottla.node.storage.log_directories import (
    METADATA_PARTITION_DIRECTORY,
    LogDirectories,
    StorageError,
    load_log_directories,
    new_directory_id,
    verify,
    write_meta_properties,
)
from ottla.node.storage.meta_properties import META_PROPERTIES_FILE, MetaProperties
from ottla.node.storage.scram_arguments import scram_record
from ottla.raft.positions import BOOTSTRAP_SNAPSHOT
from ottla.raft.snapshots import snapshot_content, snapshot_name
from ottla.raft.voters import VoterSet
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord

Say = Callable[[str], None]
"""Prints one line."""


@dataclass(frozen=True, slots=True)
class NodeToFormat:
    """What the configuration says of the node."""

    node_id: int
    process_roles: frozenset[str]
    log_dirs: tuple[str, ...]
    metadata_log_dir: str
    controller_listener: str
    """The first of `controller.listener.names`."""
    advertised_controller: tuple[str, int] | None
    """Host (may be empty) and port at which the own controller listener is reached; None without one."""
    has_static_voters: bool
    """Whether `controller.quorum.voters` is set."""


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """The flags of the command, by their names."""

    cluster_id: str
    standalone: bool = False
    initial_controllers: str | None = None
    no_initial_controllers: bool = False
    ignore_formatted: bool = False
    release_version: str | None = None
    features: Sequence[str] = ()
    add_scram: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    node: NodeToFormat
    cluster_id: str
    records: tuple[MetadataRecord, ...]
    level: int
    kraft_version: int
    controllers: dict[int, InitialController]
    """The first voters; empty for a static quorum, and for a node that joins later."""

    @property
    def voters(self) -> VoterSet:
        return initial_voters(self.controllers, self.node.controller_listener)


def format_storage(
    node: NodeToFormat, options: FormatOptions, disk: Disk, entropy: Entropy, wall_ms: int, say: Say
) -> None:
    """Format every directory that is not formatted yet.

    Raises `StorageError`, and OSError when a disk fails.
    """
    plan = _plan(node, options, entropy)
    found = load_log_directories(disk, [*node.log_dirs, node.metadata_log_dir])
    verify(found, options.cluster_id, node.node_id)
    _refuse_formatted(found, options, say)
    if not found.empty:
        say("All of the log directories are already formatted.")
        return
    say(f"Bootstrap metadata: {_bootstrap_text(plan)}")
    taken = list(found.formatted.values())
    for directory in found.empty:
        meta = _meta_properties(plan, directory, entropy, taken)
        taken.append(meta)
        _format_directory(plan, directory, meta, disk, wall_ms, say)


def _plan(node: NodeToFormat, options: FormatOptions, entropy: Entropy) -> _Plan:
    if not node.process_roles:
        raise StorageError(
            "The kafka configuration file appears to be for a legacy cluster. Formatting is only supported "
            "for clusters in KRaft mode."
        )
    features = parse_features(options.features)
    controllers = _initial_controllers(node, options, entropy)
    level = initial_metadata_version(options.release_version, features)
    levels = initial_features(level, features, has_dynamic_quorum=not node.has_static_voters)
    records = _bootstrap_records(levels, level, options, entropy)
    return _Plan(node, options.cluster_id, records, level, levels[KRAFT_VERSION], controllers)


def _initial_controllers(
    node: NodeToFormat, options: FormatOptions, entropy: Entropy
) -> dict[int, InitialController]:
    if node.has_static_voters and (options.initial_controllers is not None or options.standalone):
        raise StorageError(
            "You cannot specify controller.quorum.voters and format the node with --initial-controllers or "
            "--standalone. If you want to use dynamic quorum, please remove controller.quorum.voters and "
            "specify controller.quorum.bootstrap.servers instead."
        )
    if options.standalone:
        return _standalone(node, entropy)
    if options.initial_controllers is not None:
        try:
            return parse_initial_controllers(options.initial_controllers)
        except InvalidController as error:
            raise StorageError(str(error)) from error
    is_controller = "controller" in node.process_roles
    if is_controller and not node.has_static_voters and not options.no_initial_controllers:
        raise StorageError(
            "Because controller.quorum.voters is not set on this controller, you must specify one of the "
            "following: --standalone, --initial-controllers, or --no-initial-controllers."
        )
    return {}


def _standalone(node: NodeToFormat, entropy: Entropy) -> dict[int, InitialController]:
    if "controller" not in node.process_roles:
        raise StorageError("You can only use --standalone on a controller.")
    if node.advertised_controller is None:
        raise StorageError("No controller listeners found.")
    host, port = node.advertised_controller
    return {node.node_id: InitialController(node.node_id, host or "localhost", port, entropy.uuid())}


def _bootstrap_records(
    levels: dict[str, int], level: int, options: FormatOptions, entropy: Entropy
) -> tuple[MetadataRecord, ...]:
    """metadata.version first, the others by name; kraft.version has control records of its own."""
    apart = (metadata_version.FEATURE, KRAFT_VERSION)
    features = [(metadata_version.FEATURE, level)]
    features += [(name, found) for name, found in sorted(levels.items()) if name not in apart and found > 0]
    records = [
        MetadataRecord(FeatureLevelRecord(name=name, feature_level=found), 0) for name, found in features
    ]
    if options.add_scram and level < metadata_version.SCRAM:
        needed = metadata_version.NAMES[metadata_version.SCRAM]
        raise StorageError(f"SCRAM is only supported in {metadata_version.FEATURE} {needed} or later.")
    records += [MetadataRecord(scram_record(argument, entropy), 0) for argument in options.add_scram]
    return tuple(records)


def _refuse_formatted(found: LogDirectories, options: FormatOptions, say: Say) -> None:
    if found.formatted and not options.ignore_formatted:
        first = next(iter(found.formatted))
        raise StorageError(
            f"Log directory {first} is already formatted. Use --ignore-formatted to ignore this directory "
            "and format the others."
        )
    for directory in found.failed:
        say(f"I/O error trying to read log directory {directory}. Ignoring...")
    if found.failed and not found.empty and not found.formatted:
        raise StorageError("No available log directories to format.")


def _meta_properties(
    plan: _Plan, directory: str, entropy: Entropy, taken: Sequence[MetaProperties]
) -> MetaProperties:
    """A voter's directory has the id by which the quorum knows it."""
    own = plan.controllers.get(plan.node.node_id)
    if own is not None and directory == plan.node.metadata_log_dir:
        directory_id = own.directory_id
    else:
        directory_id = new_directory_id(entropy, taken)
    return MetaProperties(cluster_id=plan.cluster_id, node_id=plan.node.node_id, directory_id=directory_id)


def _format_directory(
    plan: _Plan, directory: str, meta: MetaProperties, disk: Disk, wall_ms: int, say: Say
) -> None:
    version_name = metadata_version.NAMES[plan.level]
    say(f"Formatting {_kind(plan, directory)} {directory} with {metadata_version.FEATURE} {version_name}.")
    disk.make_dir(directory)
    disk.replace(f"{directory}/{BOOTSTRAP_FILE}", bootstrap_content(plan.records, wall_ms))
    if plan.controllers and directory == plan.node.metadata_log_dir:
        _write_voters(plan, f"{directory}/{METADATA_PARTITION_DIRECTORY}", disk, wall_ms)
    try:
        write_meta_properties(disk, directory, meta, wall_ms)
    except OSError as error:
        raise StorageError(f"Error while writing {META_PROPERTIES_FILE} file {directory}: {error}") from error


def _kind(plan: _Plan, directory: str) -> str:
    if directory != plan.node.metadata_log_dir:
        return "data directory"
    if not plan.controllers:
        return "metadata directory"
    if plan.node.node_id in plan.controllers:
        return "dynamic metadata voter directory"
    return "dynamic metadata directory"


def _write_voters(plan: _Plan, directory: str, disk: Disk, wall_ms: int) -> None:
    """The 0-0 snapshot: from it the first leader knows who votes."""
    content = snapshot_content(
        BOOTSTRAP_SNAPSHOT,
        (),
        last_contained_log_timestamp_ms=wall_ms,
        now_ms=wall_ms,
        kraft_version=plan.kraft_version,
        voters=plan.voters,
    )
    disk.make_dir(directory)
    disk.replace(f"{directory}/{snapshot_name(BOOTSTRAP_SNAPSHOT)}", b"".join(content))


def _bootstrap_text(plan: _Plan) -> str:
    """As Kafka prints it, except that nothing of a credential but its owner is shown."""
    records = ", ".join(f"ApiMessageAndVersion({_text(record)} at version 0)" for record in plan.records)
    return f"BootstrapMetadata(records=[{records}], metadataVersionLevel={plan.level}, source=format command)"


def _text(record: MetadataRecord) -> str:
    message = record.message
    if isinstance(message, UserScramCredentialRecord):
        return f"UserScramCredentialRecord(name='{message.name}', mechanism={message.mechanism}, [hidden])"
    assert isinstance(message, FeatureLevelRecord), "bootstrap records are features and credentials"
    return f"FeatureLevelRecord(name='{message.name}', featureLevel={message.feature_level})"
