"""Formatting makes directories that nodes of both kinds start on, and leaves alone what is formatted."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.node.storage.a_node import CLUSTER, a_node, local_disk, run_format

from ottla.model.uuid import uuid_text
from ottla.node.storage.bootstrap_checkpoint import read_bootstrap
from ottla.node.storage.log_directories import StorageError, load_log_directories
from ottla.node.storage.storage_info import storage_info
from ottla.raft.batches import read_batches
from ottla.raft.control_records import note_control_records
from ottla.raft.snapshots import SnapshotReader
from ottla.raft.voter_history import VoterHistory
from ottla.raft.voters import Address, ReplicaKey, VoterSet
from ottla.wire.messages.feature_level_record import FeatureLevelRecord

JEXY = "JEXY6aqzQY-32P5TStzaFg"
SNAPSHOT = "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"


def voters_in(root: Path) -> VoterHistory:
    """What the 0-0 snapshot says; it must be whole."""
    content = (root / SNAPSHOT).read_bytes()
    reader, history = SnapshotReader(), VoterHistory(VoterSet.of())
    assert list(reader.feed(content)) == []
    reader.finish()
    note_control_records(history, next(read_batches(content)), at_offset=-1)
    return history


def test_standalone_writes_a_quorum_of_one(tmp_path: Path) -> None:
    said = run_format(a_node(tmp_path), standalone=True)
    assert said == [
        "Bootstrap metadata: "
        "BootstrapMetadata(records=[ApiMessageAndVersion(FeatureLevelRecord(name='metadata.version', "
        "featureLevel=25) at version 0)], metadataVersionLevel=25, source=format command)",
        f"Formatting dynamic metadata voter directory {tmp_path}/a with metadata.version 4.0-IV3.",
        f"Formatting data directory {tmp_path}/b with metadata.version 4.0-IV3.",
    ]
    found = load_log_directories(local_disk(), [f"{tmp_path}/a", f"{tmp_path}/b"]).formatted
    history = voters_in(tmp_path / "a")
    assert history.kraft_version == 1
    assert history.last.by_id[1].key == ReplicaKey(1, found[f"{tmp_path}/a"].directory_id)  # type: ignore[arg-type]
    assert history.last.by_id[1].endpoints == {"CONTROLLER": Address("localhost", 9093)}
    assert read_bootstrap(local_disk(), f"{tmp_path}/a").records == (
        FeatureLevelRecord(name="metadata.version", feature_level=25),
    )
    assert not (tmp_path / "b" / "__cluster_metadata-0").exists()


def test_a_static_quorum_gets_no_snapshot(tmp_path: Path) -> None:
    said = run_format(a_node(tmp_path, has_static_voters=True))
    assert said[1] == f"Formatting metadata directory {tmp_path}/a with metadata.version 4.0-IV3."
    assert not (tmp_path / SNAPSHOT).exists()


def test_an_initial_controller_takes_its_directory_id_from_the_list(tmp_path: Path) -> None:
    run_format(a_node(tmp_path), initial_controllers=f"1@h1:9093:{JEXY},2@h2:9093:MvDxzVmcRsaTz33bUuRU6A")
    meta = load_log_directories(local_disk(), [f"{tmp_path}/a"]).formatted[f"{tmp_path}/a"]
    assert meta.directory_id is not None
    assert uuid_text(meta.directory_id) == JEXY
    assert voters_in(tmp_path / "a").last.ids == [1, 2]


def test_a_node_outside_the_list_is_no_voter(tmp_path: Path) -> None:
    said = run_format(a_node(tmp_path), initial_controllers=f"2@h2:9093:{JEXY}")
    assert said[1].startswith(f"Formatting dynamic metadata directory {tmp_path}/a")


def test_a_node_that_joins_later_has_no_voters(tmp_path: Path) -> None:
    said = run_format(a_node(tmp_path), no_initial_controllers=True)
    assert said[1].startswith(f"Formatting metadata directory {tmp_path}/a")
    assert not (tmp_path / "a" / SNAPSHOT).exists()


def test_what_is_formatted_stays_as_it_is(tmp_path: Path) -> None:
    run_format(a_node(tmp_path, log_dirs=(f"{tmp_path}/a",)), standalone=True)
    before = (tmp_path / "a/meta.properties").read_bytes()
    with pytest.raises(
        StorageError, match=f"Log directory {tmp_path}/a is already formatted. Use --ignore-formatted"
    ):
        run_format(a_node(tmp_path), standalone=True)
    said = run_format(a_node(tmp_path), standalone=True, ignore_formatted=True)
    assert said[1:] == [f"Formatting data directory {tmp_path}/b with metadata.version 4.0-IV3."]
    assert (tmp_path / "a/meta.properties").read_bytes() == before
    said = run_format(a_node(tmp_path), standalone=True, ignore_formatted=True)
    assert said == ["All of the log directories are already formatted."]


def test_another_cluster_is_not_mixed_in(tmp_path: Path) -> None:
    run_format(a_node(tmp_path, log_dirs=(f"{tmp_path}/a",)), standalone=True)
    with pytest.raises(StorageError, match=f"Expected other, but read {CLUSTER}"):
        run_format(a_node(tmp_path), standalone=True, ignore_formatted=True, cluster_id="other")


def test_a_credential_is_written_and_not_printed(tmp_path: Path) -> None:
    said = run_format(a_node(tmp_path), standalone=True, add_scram=["SCRAM-SHA-256=[name=alice,password=pw]"])
    assert "UserScramCredentialRecord(name='alice', mechanism=1, [hidden])" in said[0]
    assert len(read_bootstrap(local_disk(), f"{tmp_path}/a").records) == 2


@pytest.mark.parametrize(
    ("changes", "options", "wrong"),
    [
        ({}, {}, "Because controller.quorum.voters is not set on this controller, you must specify one of"),
        (
            {"has_static_voters": True},
            {"standalone": True},
            "You cannot specify controller.quorum.voters and",
        ),
        (
            {"process_roles": frozenset({"broker"})},
            {"standalone": True},
            "You can only use --standalone on a",
        ),
        (
            {"process_roles": frozenset()},
            {"standalone": True},
            "The kafka configuration file appears to be for",
        ),
        (
            {},
            {"standalone": True, "initial_controllers": None, "features": ["x=1"]},
            "Unsupported feature: x.",
        ),
        ({}, {"standalone": True, "features": ["x"]}, "Can't parse feature=level string x: equals sign"),
        (
            {},
            {"standalone": True, "features": ["x=y"]},
            "Can't parse feature=level string x=y: unable to parse y",
        ),
        ({}, {"standalone": True, "features": ["kraft.version=0"]}, "Cannot set kraft.version to 0 if"),
        (
            {"has_static_voters": True},
            {"features": ["kraft.version=1"]},
            "Cannot set kraft.version to 1 unless",
        ),
        (
            {},
            {"standalone": True, "features": ["group.version=1"]},
            "No feature:group.version with feature level 1",
        ),
        (
            {},
            {"standalone": True, "features": ["metadata.version=31"]},
            "No MetadataVersion with feature level 31. Valid",
        ),
        ({}, {"standalone": True, "release_version": "9.9"}, "Unknown metadata.version '9.9'. Supported"),
        (
            {},
            {"standalone": True, "release_version": "4.0", "features": ["metadata.version=25"]},
            "Use --release-",
        ),
        (
            {},
            {"standalone": True, "release_version": "3.4", "add_scram": ["x"]},
            "SCRAM is only supported in",
        ),
        ({}, {"initial_controllers": "1"}, "No @ found in dynamic voter string."),
    ],
)
def test_a_wrong_command_changes_nothing(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(StorageError) as refused:
        run_format(a_node(tmp_path, **changes), **options)
    assert str(refused.value).startswith(wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_older_release_version_may_be_chosen(tmp_path: Path) -> None:
    run_format(a_node(tmp_path), standalone=True, release_version="3.9")
    assert read_bootstrap(local_disk(), f"{tmp_path}/a").metadata_version == 21


def test_info_tells_what_is_there_and_what_is_wrong(tmp_path: Path) -> None:
    run_format(a_node(tmp_path, log_dirs=(f"{tmp_path}/a",)), standalone=True)
    (tmp_path / "file").touch()
    said: list[str] = []
    directories = [f"{tmp_path}/a", f"{tmp_path}/file", f"{tmp_path}/missing"]
    assert storage_info(directories, local_disk(), said.append, has_process_roles=True) == 1
    assert said[:3] == ["Found log directory:", f"  {tmp_path}/a", ""]
    assert said[3].startswith(f"Found metadata: {{cluster.id={CLUSTER}, directory.id=")
    assert said[5:] == [
        "Found problems:",
        f"  {tmp_path}/file is not a directory",
        f"  {tmp_path}/missing does not exist",
        "",
    ]
