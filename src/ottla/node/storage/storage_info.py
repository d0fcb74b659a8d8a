"""What `kafka-storage info` tells about the log directories of a node."""

from collections.abc import Iterable

from ottla.model.ports import Disk
from ottla.node.storage.formatter import Say
from ottla.node.storage.meta_properties import (
    META_PROPERTIES_FILE,
    VERSION_0,
    VERSION_1,
    InvalidMetaProperties,
    MetaProperties,
    parse_meta_properties,
)


def storage_info(directories: Iterable[str], disk: Disk, say: Say, *, has_process_roles: bool) -> int:
    """Print what is there and what is wrong; returns the exit code: 1 if anything is wrong."""
    names = sorted(set(directories))
    if not names:
        say("No directories specified.")
        return 0
    found, problems = [name for name in names if disk.is_dir(name)], list[str]()
    first: MetaProperties | None = None
    for name in names:
        meta = _read(disk, name, problems)
        if meta is not None and first is not None:
            _compare(first, meta, problems)
        first = first or meta
    if first is not None:
        problems += _wrong_mode(first, has_process_roles)
    _tell("Found log directory:", "Found log directories:", found, say)
    if first is not None:
        pairs = ", ".join(f"{key}={value}" for key, value in sorted(first.properties().items()))
        say(f"Found metadata: {{{pairs}}}")
        say("")
    _tell("Found problem:", "Found problems:", problems, say)
    return 1 if problems else 0


def _read(disk: Disk, directory: str, problems: list[str]) -> MetaProperties | None:
    if not disk.is_dir(directory):
        problems.append(
            f"{directory} is not a directory" if disk.exists(directory) else f"{directory} does not exist"
        )
        return None
    path = f"{directory}/{META_PROPERTIES_FILE}"
    if not disk.exists(path):
        problems.append(f"{directory} is not formatted.")
        return None
    try:
        return parse_meta_properties(disk.read_all(path))
    except InvalidMetaProperties as error:
        problems.append(f"Error loading {path}: {error}")
        return None


def _compare(first: MetaProperties, other: MetaProperties, problems: list[str]) -> None:
    if first.cluster_id != other.cluster_id:
        problems.append("Mismatched cluster IDs between storage directories.")
    elif first.node_id != other.node_id:
        problems.append("Mismatched node IDs between storage directories.")


def _wrong_mode(first: MetaProperties, has_process_roles: bool) -> list[str]:
    if has_process_roles and first.version == VERSION_0:
        return [
            "The kafka configuration file appears to be for a cluster in KRaft mode, but the directories are "
            "formatted for legacy mode."
        ]
    if not has_process_roles and first.version == VERSION_1:
        return [
            "The kafka configuration file appears to be for a legacy cluster, but the directories are "
            "formatted for a cluster in KRaft mode."
        ]
    return []


def _tell(one: str, several: str, items: list[str], say: Say) -> None:
    if items:
        say(one if len(items) == 1 else several)
        for item in items:
            say(f"  {item}")
        say("")
