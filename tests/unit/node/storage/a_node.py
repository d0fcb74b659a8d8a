"""A node to format, on a disk of this machine, with chance that repeats."""

from pathlib import Path
from typing import Any

from ottla.model.uuid import Uuid
from ottla.node.storage.formatter import FormatOptions, NodeToFormat, format_storage
from ottla.runtime.disk.local_disk import LocalDisk

CLUSTER = "AAAAAAAAQACAAAAAAAAAAA"
NOW_MS = 1_772_668_800_000


class CountingEntropy:
    """Ids that count up; every number below a bound is 0."""

    def __init__(self) -> None:
        self.drawn = 0

    def uuid(self) -> Uuid:
        self.drawn += 1
        return Uuid(b"\x11" * 15 + bytes([self.drawn]))

    def below(self, bound: int) -> int:
        return 0


def local_disk() -> LocalDisk:
    return LocalDisk(lambda path, error: None)


def a_node(root: Path, **changes: Any) -> NodeToFormat:
    """A combined node with two directories and a dynamic quorum."""
    values: dict[str, Any] = {
        "node_id": 1,
        "process_roles": frozenset({"broker", "controller"}),
        "log_dirs": (f"{root}/a", f"{root}/b"),
        "metadata_log_dir": f"{root}/a",
        "controller_listener": "CONTROLLER",
        "advertised_controller": ("", 9093),
        "has_static_voters": False,
    }
    return NodeToFormat(**values | changes)


def run_format(node: NodeToFormat, **options: Any) -> list[str]:
    """Format; returns what was printed."""
    said: list[str] = []
    asked = FormatOptions(**{"cluster_id": CLUSTER} | options)
    format_storage(node, asked, local_disk(), CountingEntropy(), NOW_MS, said.append)
    return said
