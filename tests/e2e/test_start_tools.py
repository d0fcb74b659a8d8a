"""kafka-server-start, kafka-server-stop and kafka-storage, by their scripts and beside Kafka's own."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ottla.cli.server_stop import RunningNode, properties_of, running_nodes
from tests.e2e.test_start import ROOT, STARTED, properties, refused, started, stop
from tests.oracle.apache_kafka import run_tool

CLUSTER_ID = "T0ttlaTestClusterIdAAA"
NODE_ID = "73519"
"""Nobody else's, so that the tests stop nothing but their own node."""


def script(
    name: str, *arguments: str, directory: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(ROOT / "bin" / name), *arguments],
        capture_output=True,
        text=True,
        cwd=directory,
        env={**os.environ, **environment},
        timeout=30,
    )


def formatted(directory: Path, **changes: str) -> Path:
    path = properties(directory, **changes)
    done = script(
        "kafka-storage.sh", "format", "-t", CLUSTER_ID, "-c", str(path), "--standalone", directory=directory
    )
    assert done.returncode == 0, done.stderr
    return path


def test_server_start_runs_what_the_file_says(tmp_path: Path) -> None:
    with started([str(formatted(tmp_path))], tmp_path, command="server-start") as process:
        assert stop(process) == 0


def test_server_start_does_not_format(tmp_path: Path) -> None:
    sentence = refused([str(properties(tmp_path))], tmp_path, command="server-start")
    assert "meta.properties" in sentence
    assert not (tmp_path / "logs/meta.properties").exists()


def test_server_start_takes_overrides(tmp_path: Path) -> None:
    sentence = refused(
        [str(formatted(tmp_path)), "--override", "num.partitions=0"], tmp_path, command="server-start"
    )
    assert "Invalid value 0 for configuration num.partitions: Value must be at least 1" in sentence


def test_server_start_without_arguments_tells_how_to_use_it(tmp_path: Path) -> None:
    done = script("kafka-server-start.sh", directory=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n",
    )


def test_a_daemon_goes_on_until_server_stop_asks_it(tmp_path: Path) -> None:
    path = formatted(tmp_path, node_id=NODE_ID)
    output = tmp_path / "output/kafkaServer.out"
    done = script(
        "kafka-server-start.sh", "-daemon", str(path), directory=tmp_path, LOG_DIR=str(output.parent)
    )
    assert done.returncode == 0
    wait_for(STARTED, output)
    done = script("kafka-server-stop.sh", f"--node-id={NODE_ID}", directory=tmp_path)
    assert done.returncode == 0
    wait_for("shut down completed", output)


def wait_for(text: str, output: Path) -> None:
    deadline = time.monotonic() + 30
    while not output.exists() or text not in output.read_text():
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.02)


def test_nodes_are_found_among_all_processes() -> None:
    processes = (
        "  7 /usr/bin/python3 -m ottla server-start config/server.properties --override a=b\n"
        " 12 /opt/venv/bin/python /opt/venv/bin/ottla start --port 0\n"
        " 13 /usr/bin/python3 -m ottla topics --list\n"
        " 14 vi ottla-start.txt\n"
    )
    assert running_nodes(processes) == [
        RunningNode(7, "config/server.properties --override a=b"),
        RunningNode(12, "--port 0"),
    ]


def test_a_node_without_a_file_has_no_properties() -> None:
    assert properties_of(RunningNode(12, "--port 0")) is None


@pytest.mark.needs("kafka")
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["info"],
        ["format", "-c"],
        ["random-uuid", "x"],
        ["format", "-t", "x", "-c", "y", "--standalone", "--no-initial-controllers"],
        ["version-mapping"],
        ["version-mapping", "-r", "3.9"],
        ["version-mapping", "--release-version=4.1-IV0"],
        ["feature-dependencies", "-f", "eligible.leader.replicas.version=1", "-f", "metadata.version=10"],
        ["feature-dependencies", "-f", "group.version=9"],
        ["feature-dependencies", "-f", "group.version"],
    ],
    ids=" ".join,
)
def test_kafka_storage_says_the_same(tmp_path: Path, arguments: list[str]) -> None:
    ours = script("kafka-storage.sh", *arguments, directory=tmp_path)
    kafkas = run_tool("kafka.tools.StorageTool", *arguments)
    assert (ours.returncode, ours.stdout) == (kafkas.returncode, kafkas.stdout)
    assert ours.stderr.split() == kafkas.stderr.split(), "but for the breaking of long lines"


@pytest.mark.needs("kafka")
def test_kafka_storage_tells_the_same_of_a_directory(tmp_path: Path) -> None:
    path = formatted(tmp_path)
    for arguments in (["info", "-c", str(path)], ["format", "-s", "-t", CLUSTER_ID, "-c", str(path)]):
        ours = script("kafka-storage.sh", *arguments, directory=tmp_path)
        kafkas = run_tool("kafka.tools.StorageTool", *arguments)
        assert (ours.returncode, ours.stdout, ours.stderr) == (
            kafkas.returncode,
            kafkas.stdout,
            kafkas.stderr,
        )


def test_random_uuids_differ(tmp_path: Path) -> None:
    one, other = (script("kafka-storage.sh", "random-uuid", directory=tmp_path).stdout for _ in range(2))
    assert len(one) == len(other) == 23
    assert one != other


def test_help_is_no_failure(tmp_path: Path) -> None:
    for arguments in (["-h"], ["format", "--help"]):
        done = script("kafka-storage.sh", *arguments, directory=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("usage: kafka-storage")


def test_a_killed_node_leaves_its_directory_unlocked(tmp_path: Path) -> None:
    path = formatted(tmp_path)
    with started([str(path)], tmp_path, command="server-start") as process:
        assert stop(process, signal.SIGKILL) == -signal.SIGKILL
    with started([str(path)], tmp_path, command="server-start") as process:
        assert stop(process) == 0
