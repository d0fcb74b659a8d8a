"""A node starts on formatted directories of its own and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.node.storage.a_node import NOW_MS, CountingEntropy, local_disk

from ottla.model.uuid import Uuid, uuid_text
from ottla.node.storage.log_directories import (
    StorageError,
    load_log_directories,
    prepare_log_directories,
    write_meta_properties,
)
from ottla.node.storage.meta_properties import MetaProperties

ONE, TWO = Uuid(b"\x01" * 16), Uuid(b"\x02" * 16)


def directory(root: Path, name: str, **said: object) -> str:
    """A directory with meta.properties."""
    path = root / name
    path.mkdir()
    meta = MetaProperties(**{"cluster_id": "c", "node_id": 1} | said)  # type: ignore[arg-type]
    write_meta_properties(local_disk(), str(path), meta, NOW_MS)
    return str(path)


def prepare(*log_dirs: str, metadata: str | None = None) -> dict[str, MetaProperties]:
    found = prepare_log_directories(
        local_disk(), CountingEntropy(), NOW_MS, 1, log_dirs, metadata or log_dirs[0]
    )
    return found.formatted


def test_directories_of_one_node_are_taken(tmp_path: Path) -> None:
    a, b = directory(tmp_path, "a", directory_id=ONE), directory(tmp_path, "b", directory_id=TWO)
    assert [meta.directory_id for meta in prepare(a, b).values()] == [ONE, TWO]


def test_a_missing_directory_id_is_chosen_and_written(tmp_path: Path) -> None:
    a = directory(tmp_path, "a")
    chosen = prepare(a)[a].directory_id
    assert chosen is not None
    assert load_log_directories(local_disk(), [a]).formatted[a].directory_id == chosen


def _other_cluster(root: Path) -> list[str]:
    return [directory(root, "a"), directory(root, "b", cluster_id="d")]


def _other_node(root: Path) -> list[str]:
    return [directory(root, "a", node_id=2)]


def _same_directory_id(root: Path) -> list[str]:
    return [directory(root, "a", directory_id=ONE), directory(root, "b", directory_id=ONE)]


def _reserved_directory_id(root: Path) -> list[str]:
    return [directory(root, "a", directory_id=Uuid(bytes(15) + b"\x02"))]


def _not_formatted(root: Path) -> list[str]:
    (root / "b").mkdir()
    return [directory(root, "a"), str(root / "b")]


def _nothing_formatted(root: Path) -> list[str]:
    return [str(root / "a")]


def _stray_metadata(root: Path) -> list[str]:
    a, b = directory(root, "a"), directory(root, "b")
    (root / "b" / "__cluster_metadata-0").mkdir()
    return [a, b]


def _damaged(root: Path) -> list[str]:
    a, b = directory(root, "a"), directory(root, "b")
    (root / "a" / "meta.properties").write_text("version=9")
    return [a, b]


@pytest.mark.parametrize(
    ("prepared", "text"),
    [
        (_other_cluster, "Invalid cluster.id in: {root}/b/meta.properties. Expected c, but read d"),
        (_other_node, "Stored node id 2 doesn't match previous node id 1 in {root}/a/meta.properties."),
        (_same_directory_id, f"Duplicate directory ID Optional[{uuid_text(ONE)}] found."),
        (_reserved_directory_id, "Invalid reserved directory ID AAAAAAAAAAAAAAAAAAAAAg found in {root}/a"),
        (_not_formatted, "No `meta.properties` found in {root}/b (have you run `kafka-storage.sh`"),
        (_nothing_formatted, "No readable meta.properties files found."),
        (
            _stray_metadata,
            "Found unexpected metadata location in data directory `{root}/b/__cluster_metadata-0`",
        ),
        (_damaged, "Encountered I/O error in metadata log directory {root}/a. Cannot continue."),
    ],
)
def test_other_directories_are_refused(
    tmp_path: Path, prepared: Callable[[Path], list[str]], text: str
) -> None:
    with pytest.raises(StorageError) as refused:
        prepare(*prepared(tmp_path))
    assert str(refused.value).startswith(text.format(root=tmp_path))


def test_a_damaged_data_directory_is_offline_and_the_node_starts(tmp_path: Path) -> None:
    a, b = directory(tmp_path, "a"), directory(tmp_path, "b")
    (tmp_path / "b" / "meta.properties").write_text("version=9")
    assert list(prepare(a, b)) == [a]
