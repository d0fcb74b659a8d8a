"""The definitions inside the jars, without their prose: names, types, versions, tags, defaults."""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.messages import versions
from tools.messages.names import snake_case
from tools.messages.versions import Versions

JARS = (
    "kafka-clients",
    "kafka-metadata",
    "kafka-raft",
    "kafka-group-coordinator",
    "kafka-transaction-coordinator",
    "kafka-share-coordinator",
    "kafka-storage",
)
_FOLDERS = ("common/message/", "common/metadata/", "message/")
_OTHER_TIERS = "RemoteLogSegment", "RemotePartition"
"""Tiered storage keeps its records in a topic of its own, which Ottla has not."""
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct. `type` is Kafka's: `int32`, `[]string`, `Topic`."""

    name: str
    type: str
    versions: Versions
    nullable: Versions
    flexible: Versions
    default: str | None
    ignorable: bool
    tag: int | None

    @property
    def attribute(self) -> str:
        return snake_case(self.name)

    @property
    def element(self) -> str | None:
        """The type of the elements, for an array."""
        return self.type[2:] if self.type.startswith("[]") else None


@dataclass(frozen=True, slots=True)
class Structure:
    """One class: a message or a struct inside it, and the versions in which it can occur."""

    name: str
    versions: Versions
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """One message, with its structs.

    `structures[0]` is the message itself; `family` is the jar it comes from; `stable` is `versions` without
    one that Kafka still calls unstable.
    """

    name: str
    kind: str
    family: str
    key: int | None
    versions: Versions
    stable: Versions
    flexible: Versions
    listeners: tuple[str, ...]
    structures: tuple[Structure, ...]

    @property
    def module(self) -> str:
        return snake_case(self.name)

    def structure(self, name: str) -> Structure:
        return next(structure for structure in self.structures if structure.name == name)


def load(jars: Path) -> list[Definition]:
    """All messages that Kafka 4.3 still speaks, by name. `FileNotFoundError` when a jar is missing."""
    definitions = [definition for jar in JARS for definition in _of_jar(jars, jar)]
    return sorted(definitions, key=lambda definition: definition.name)


def _of_jar(jars: Path, jar: str) -> Iterator[Definition]:
    found = sorted(jars.glob(f"{jar}-[0-9]*.jar"))
    if not found:
        raise FileNotFoundError(f"no {jar} in {jars}")
    with zipfile.ZipFile(found[-1]) as archive:
        for name in archive.namelist():
            if name.startswith(_FOLDERS) and name.endswith(".json"):
                raw = json.loads(_COMMENT.sub("", archive.read(name).decode()))
                if raw["validVersions"] != "none" and not raw["name"].startswith(_OTHER_TIERS):
                    yield _definition(raw, jar.removeprefix("kafka-"))


def _definition(raw: dict[str, Any], family: str) -> Definition:
    valid = versions.parse(raw["validVersions"])
    flexible = versions.parse(raw["flexibleVersions"]) & valid
    unstable = bool(raw.get("latestVersionUnstable"))
    return Definition(
        name=raw["name"],
        kind=raw["type"],
        family=family,
        key=raw.get("apiKey"),
        versions=valid,
        stable=Versions(valid.low, valid.high - 1) if unstable else valid,
        flexible=flexible,
        listeners=tuple(sorted(raw.get("listeners", ()))),
        structures=tuple(_structures(raw, valid, flexible)),
    )


def _structures(raw: dict[str, Any], valid: Versions, flexible: Versions) -> Iterator[Structure]:
    """The message, then its structs in the order of their first mention."""
    shared = {struct["name"]: struct for struct in raw.get("commonStructs", ())}
    waiting = [(raw["name"], raw["fields"], valid)]
    seen = set()
    while waiting:
        name, fields, known = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        parsed = tuple(_field(field, known, flexible) for field in fields)
        yield Structure(name, known, parsed)
        for field, inner in zip(fields, parsed, strict=True):
            struct = field["type"].removeprefix("[]")
            if "fields" in field:
                waiting.append((struct, field["fields"], inner.versions))
            elif struct in shared:
                common = shared[struct]
                waiting.append((struct, common["fields"], versions.parse(common["versions"]) & valid))


def _field(raw: dict[str, Any], known: Versions, flexible: Versions) -> Field:
    tagged = versions.parse(raw.get("taggedVersions"))
    present = versions.parse(raw["versions"]) if "versions" in raw else tagged
    if tagged:
        assert tagged == present, f"{raw['name']} is tagged in some of its versions only"
    own_flexible = versions.parse(raw["flexibleVersions"]) if "flexibleVersions" in raw else flexible
    default = raw.get("default")
    return Field(
        name=raw["name"],
        type=raw["type"],
        versions=present & known,
        nullable=versions.parse(raw.get("nullableVersions")) & known,
        flexible=own_flexible & known,
        default=None if default is None else str(default),
        ignorable=raw.get("ignorable", False) in (True, "true"),
        tag=raw.get("tag"),
    )
