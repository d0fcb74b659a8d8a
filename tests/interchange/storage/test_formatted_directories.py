"""A directory that one side formats, the other starts on."""

import re
from pathlib import Path

import pytest
from tests.oracle.apache_kafka import CLUSTER_ID, ApacheKafka, run_tool

from ottla.node.storage.bootstrap_checkpoint import read_bootstrap
from ottla.node.storage.formatter import FormatOptions, NodeToFormat, format_storage
from ottla.node.storage.log_directories import prepare_log_directories
from ottla.node.storage.storage_info import storage_info
from ottla.runtime.disk.local_disk import LocalDisk
from ottla.runtime.disk.system_entropy import SystemEntropy

pytestmark = pytest.mark.needs("kafka")
NOW_MS = 1_772_668_800_000
SAME_FEATURES = ("--release-version", "4.0", "-f", "group.version=0", "-f", "transaction.version=0")


def local_disk() -> LocalDisk:
    return LocalDisk(lambda path, error: None)


def format_with_ours(node: ApacheKafka) -> list[str]:
    """As `node` is configured; returns what was printed."""
    ours = NodeToFormat(
        node_id=1,
        process_roles=frozenset({"broker", "controller"}),
        log_dirs=(str(node.data),),
        metadata_log_dir=str(node.data),
        controller_listener="CONTROLLER",
        advertised_controller=("127.0.0.1", node.controller_port),
        has_static_voters=node.static_voter,
    )
    options = FormatOptions(CLUSTER_ID, standalone=not node.static_voter)
    said: list[str] = []
    format_storage(ours, options, local_disk(), SystemEntropy(), NOW_MS, said.append)
    return said


@pytest.mark.parametrize("static_voter", [False, True], ids=["standalone", "static voter"])
def test_apache_kafka_starts_on_a_directory_of_ours(tmp_path: Path, static_voter: bool) -> None:
    node = ApacheKafka(tmp_path, static_voter=static_voter)
    node.configure()
    format_with_ours(node)
    try:
        node.start()
        done = run_tool(
            "org.apache.kafka.tools.FeatureCommand", "--bootstrap-server", node.bootstrap, "describe"
        )
    finally:
        node.kill()
    levels = dict(re.findall(r"Feature: (\S+)\s.*FinalizedVersionLevel: (\S+)", done.stdout))
    assert levels["metadata.version"] == "4.0-IV3", done.stdout
    assert levels["kraft.version"] == ("0" if static_voter else "1")
    assert levels["group.version"] == "0"


@pytest.mark.parametrize("static_voter", [False, True], ids=["standalone", "static voter"])
def test_ours_starts_on_a_directory_of_apache_kafka(tmp_path: Path, static_voter: bool) -> None:
    node = ApacheKafka(tmp_path, static_voter=static_voter)
    node.format()
    data = str(node.data)
    found = prepare_log_directories(local_disk(), SystemEntropy(), NOW_MS, 1, [data], data).formatted[data]
    assert (found.cluster_id, found.node_id, found.version) == (CLUSTER_ID, 1, 1)
    assert found.directory_id is not None
    bootstrap = read_bootstrap(local_disk(), data)
    assert (bootstrap.metadata_version, len(bootstrap.records)) == (30, 6)


def test_both_say_the_same_and_know_each_others_directories(tmp_path: Path) -> None:
    ours = ApacheKafka(tmp_path / "ours", static_voter=True)
    theirs = ApacheKafka(tmp_path / "theirs", static_voter=True)
    ours_config, theirs_config = ours.configure(), theirs.configure()
    said = format_with_ours(ours)
    arguments = ("format", "-t", CLUSTER_ID, "-c", str(theirs_config), *SAME_FEATURES)
    done = run_tool("kafka.tools.StorageTool", *arguments)
    assert [line.replace("theirs", "ours") for line in done.stdout.splitlines()] == said
    info: list[str] = []
    assert storage_info([str(ours.data)], local_disk(), info.append, has_process_roles=True) == 0
    done = run_tool("kafka.tools.StorageTool", "info", "-c", str(ours_config))
    assert (done.returncode, done.stdout.splitlines()) == (0, info)
