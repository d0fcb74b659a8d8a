"""The file `meta.properties`, which says whose a log directory is (KIP-631, KIP-858)."""

from dataclasses import dataclass

from ottla.model.uuid import Uuid, parse_uuid, uuid_text
from ottla.node.storage.properties_file import parse_properties, properties_text

META_PROPERTIES_FILE = "meta.properties"
VERSION_0, VERSION_1 = 0, 1
"""0 was ZooKeeper's: it says `broker.id` for `node.id`, and may lack the ids."""


class InvalidMetaProperties(Exception):
    """The file cannot be read or lacks what its version demands. Texts are Kafka's."""


@dataclass(frozen=True, slots=True)
class MetaProperties:
    """What one log directory says about itself."""

    version: int = VERSION_1
    cluster_id: str | None = None
    node_id: int | None = None
    directory_id: Uuid | None = None

    def __str__(self) -> str:
        fields = [f"version={self.version}"]
        if self.cluster_id is not None:
            fields.append(f"clusterId={self.cluster_id}")
        if self.node_id is not None:
            fields.append(f"nodeId={self.node_id}")
        if self.directory_id is not None:
            fields.append(f"directoryId={uuid_text(self.directory_id)}")
        return f"MetaProperties({', '.join(fields)})"

    def properties(self) -> dict[str, str]:
        """By key, as in the file."""
        found = {"version": str(self.version)}
        if self.cluster_id is not None:
            found["cluster.id"] = self.cluster_id
        if self.node_id is not None:
            found[_node_id_key(self.version)] = str(self.node_id)
        if self.directory_id is not None:
            found["directory.id"] = uuid_text(self.directory_id)
        return found

    def file_content(self, wall_ms: int) -> bytes:
        return properties_text(self.properties(), wall_ms)


def parse_meta_properties(content: bytes) -> MetaProperties:
    """What a file says. Raises `InvalidMetaProperties`."""
    try:
        found = parse_properties(content)
    except ValueError as error:
        raise InvalidMetaProperties(str(error)) from error
    version = _version(found.get("version", "0"))
    key = _node_id_key(version)
    node_id = _number(found, key) if version == VERSION_1 or key in found else None
    if version == VERSION_1 and "cluster.id" not in found:
        raise InvalidMetaProperties("cluster.id was not found.")
    return MetaProperties(version, found.get("cluster.id"), node_id, _directory_id(found))


def _node_id_key(version: int) -> str:
    return "broker.id" if version == VERSION_0 else "node.id"


def _version(text: str) -> int:
    try:
        version = int(text.strip())
    except ValueError:
        raise InvalidMetaProperties(f"Invalid meta.properties version string '{text}'") from None
    if version not in (VERSION_0, VERSION_1):
        raise InvalidMetaProperties(f"Unknown meta.properties version number {version}")
    return version


def _number(found: dict[str, str], key: str) -> int:
    if key not in found:
        raise InvalidMetaProperties(f"Failed to find {key}")
    try:
        return int(found[key])
    except ValueError:
        raise InvalidMetaProperties(f"Unable to read {key} as a base-10 number.") from None


def _directory_id(found: dict[str, str]) -> Uuid | None:
    text = found.get("directory.id")
    try:
        return parse_uuid(text) if text is not None else None
    except ValueError as error:
        raise InvalidMetaProperties(f"Unable to read directory.id as a Uuid: {error}") from error
