"""bootstrap.checkpoint: what the first controller writes first."""

from pathlib import Path

import pytest
from tests.unit.node.storage.a_node import NOW_MS, local_disk

from ottla.metadata.record import MetadataRecord
from ottla.node.storage.bootstrap_checkpoint import BOOTSTRAP_FILE, bootstrap_content, read_bootstrap
from ottla.node.storage.log_directories import StorageError
from ottla.wire.messages.feature_level_record import FeatureLevelRecord

LEVEL = FeatureLevelRecord(name="metadata.version", feature_level=21)
OTHER = FeatureLevelRecord(name="group.version", feature_level=1)


def test_the_records_are_read_back(tmp_path: Path) -> None:
    content = bootstrap_content([MetadataRecord(LEVEL, 0), MetadataRecord(OTHER, 0)], NOW_MS)
    (tmp_path / BOOTSTRAP_FILE).write_bytes(content)
    bootstrap = read_bootstrap(local_disk(), str(tmp_path))
    assert bootstrap.records == (LEVEL, OTHER)
    assert bootstrap.metadata_version == 21


def test_without_a_file_the_cluster_begins_with_our_default(tmp_path: Path) -> None:
    bootstrap = read_bootstrap(local_disk(), str(tmp_path))
    assert (bootstrap.metadata_version, bootstrap.source) == (25, "the default bootstrap")


def test_a_file_without_metadata_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / BOOTSTRAP_FILE).write_bytes(bootstrap_content([MetadataRecord(OTHER, 0)], NOW_MS))
    with pytest.raises(
        StorageError, match=r"No FeatureLevelRecord for metadata\.version was found in the bootstrap"
    ):
        read_bootstrap(local_disk(), str(tmp_path))


def test_a_torn_or_damaged_file_is_refused(tmp_path: Path) -> None:
    content = bootstrap_content([MetadataRecord(LEVEL, 0)], NOW_MS)
    for damaged in (content[:-1], content[:-80], b"", content[:100] + b"\xff" + content[101:]):
        (tmp_path / BOOTSTRAP_FILE).write_bytes(damaged)
        with pytest.raises(StorageError, match="Unable to read"):
            read_bootstrap(local_disk(), str(tmp_path))


def test_a_directory_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such directory as"):
        read_bootstrap(local_disk(), f"{tmp_path}/missing")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="exists, but is not a directory"):
        read_bootstrap(local_disk(), f"{tmp_path}/file")
