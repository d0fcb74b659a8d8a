"""`ottla start` as people use it: what it serves, what it leaves behind, how it ends, and what it refuses."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.oracle.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
STARTED = "Kafka Server started"


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), **more}


@contextmanager
def started(
    arguments: Sequence[str], directory: Path, *, until: str = STARTED, command: str = "start", **more: str
) -> Iterator["subprocess.Popen[str]"]:
    """A node whose output, up to `until`, is in `directory`/out. It is ended by the test, or else killed."""
    output = directory / "out"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "ottla", command, *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=directory,
            env=environment(**more),
        )
    try:
        deadline = time.monotonic() + 30
        while until not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.01)
        yield process
    finally:
        process.kill()
        process.wait()


def refused(arguments: Sequence[str], directory: Path, *, command: str = "start", **more: str) -> str:
    """The one sentence that a node, which does not start, ends with."""
    done = subprocess.run(
        [sys.executable, "-m", "ottla", command, *arguments],
        capture_output=True,
        text=True,
        cwd=directory,
        env=environment(**more),
        timeout=30,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def answers(host: str, port: int) -> bool:
    with socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(
            bytes.fromhex("0000000a00120000000000070000")
        )  # ApiVersions v0 without a client id
        return len(connection.recv(8)) == 8


def stop(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    return process.wait(20)


def properties(directory: Path, **changes: str) -> Path:
    """The file of a single node in `directory`/logs, not formatted."""
    port, controller_port = free_ports(2)
    values = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}",
        "log.dirs": str(directory / "logs"),
    }
    values |= {key.replace("_", "."): value for key, value in changes.items()}
    path = directory / "server.properties"
    path.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
    return path


def test_without_arguments_it_serves_from_a_directory_named_data(tmp_path: Path) -> None:
    port, _ = free_ports(2)
    with started(["--port", str(port)], tmp_path) as process:
        assert (tmp_path / "data/meta.properties").exists()
        assert answers("127.0.0.1", port)
        assert stop(process) == 0


def test_it_serves_both_families_of_addresses_of_this_machine_and_no_others(tmp_path: Path) -> None:
    with started(["--port", "0"], tmp_path) as process:
        listening = subprocess.run(
            ["python3", "-c", LISTENING, str(process.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert set(listening) <= {"127.0.0.1", "::1"}
        assert "127.0.0.1" in listening


LISTENING = """
import os, sys
inodes = {os.readlink(f"/proc/{sys.argv[1]}/fd/{fd}") for fd in os.listdir(f"/proc/{sys.argv[1]}/fd")}
for table, loopback in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000")):
    for line in open(f"/proc/net/{table}").readlines()[1:]:
        words = line.split()
        if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
            host = words[1].partition(":")[0]
            print({"0100007F": "127.0.0.1", "00000000000000000000000001000000": "::1"}.get(host, host))
"""


def test_a_second_start_finds_what_the_first_one_left(tmp_path: Path) -> None:
    for _ in range(2):
        with started(["kept", "--port", "0"], tmp_path) as process:
            meta = (tmp_path / "kept/meta.properties").read_text()
            assert stop(process) == 0
    assert (tmp_path / "kept/meta.properties").read_text() == meta


def test_a_temporary_node_leaves_nothing(tmp_path: Path) -> None:
    with started(["--temporary", "--port", "0"], tmp_path, TMPDIR=str(tmp_path)) as process:
        assert list(tmp_path.glob("ottla-*/meta.properties"))
        assert stop(process) == 0
    assert not list(tmp_path.glob("ottla-*"))


def test_a_temporary_node_that_can_not_start_leaves_nothing(tmp_path: Path) -> None:
    refused(["--temporary", "--override", "num.partitions=0"], tmp_path, TMPDIR=str(tmp_path))
    assert not list(tmp_path.glob("ottla-*"))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    with started(["--port", "0"], tmp_path) as process:
        assert stop(process, how) == 0
    assert (tmp_path / "data/.kafka_cleanshutdown").exists()
    assert "shut down completed" in (tmp_path / "out").read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_stops_it_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    arguments = ["--port", "0", "--override", "num.io.threads=3"]
    with started(arguments, tmp_path, until="No effect have num.io.threads") as process:
        time.sleep(0.05)
        code = stop(process, how)
    assert code in (0, 130, -how)  # before the node began, Python ends as any of its programs does
    assert "Traceback" not in (tmp_path / "out").read_text()


def test_log_lines_have_kafkas_pattern(tmp_path: Path) -> None:
    with started(["--port", "0"], tmp_path) as process:
        stop(process)
    pattern = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] (INFO|WARN) .* \([\w.]+\)"
    lines = (tmp_path / "out").read_text().splitlines()
    assert all(re.fullmatch(pattern, line) for line in lines), lines


def test_the_lines_that_container_tools_wait_for_are_there(tmp_path: Path) -> None:
    with started(["--port", "0"], tmp_path, until="[KafkaServer id=1] started"):
        output = (tmp_path / "out").read_text()
    assert STARTED in output
    assert "Transitioning from RECOVERY to RUNNING" in output


def test_log_lines_are_json_on_request(tmp_path: Path) -> None:
    with started(["--port", "0", "--log-format", "json"], tmp_path) as process:
        stop(process)
    lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)


def test_levels_of_logs_come_from_the_environment_as_in_kafkas_image(tmp_path: Path) -> None:
    levels = {"KAFKA_LOG4J_ROOT_LOGLEVEL": "ERROR", "KAFKA_LOG4J_LOGGERS": "kafka.server=INFO"}
    with started(["--port", "0"], tmp_path, **levels) as process:
        stop(process)
    assert "kafka.raft" not in (tmp_path / "out").read_text()


def test_overrides_and_variables_go_before_the_defaults(tmp_path: Path) -> None:
    port, controller_port = free_ports(2)
    listeners = f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}"
    arguments = ["--env", "--override", "node.id=7"]
    with started(arguments, tmp_path, KAFKA_LISTENERS=listeners, KAFKA_NODE_ID="5"):
        assert answers("127.0.0.1", port)
        assert "node.id=7" in (tmp_path / "data/meta.properties").read_text()


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    with started(["--port", "0"], tmp_path):
        sentence = refused(["--port", "0"], tmp_path)
    assert f"Failed to acquire lock on file .lock in {tmp_path / 'data'}." in sentence


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = refused(["--port", str(port)], tmp_path)
    assert f"Socket server failed to bind to localhost:{port}: Address already in use." in sentence
    assert "change listeners (--port)" in sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--nonsense"], "There is no option --nonsense."),
        (["--port", "many"], "--port takes a number up to 65535, not 'many'."),
        (["--port"], "--port needs a value."),
        (["one", "two"], "'two' is one argument too many."),
        (["--temporary", "--dir", "x"], "--temporary takes no directory."),
        (["--override", "nonsense"], "--override takes key=value, not 'nonsense'"),
        (["--override", "num.partitions=abc"], "Invalid value abc for configuration num.partitions"),
        (["--override", "listeners=nowhere"], "listeners"),
        (["--override", "advertised.listeners=PLAINTEXT://0.0.0.0:9092"], "advertised.listeners cannot use"),
        (["--override", "authorizer.class.name=x"], "authorizer.class.name can't be set"),
        (["--override", "process.roles=controller"], "process.roles"),
        (["--log-format", "xml"], "--log-format takes text or json"),
        (["nothing.properties"], "Can't read the properties file nothing.properties: No such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    assert sentence in refused(
        ["--port", "0", *arguments] if "--port" not in arguments else arguments, tmp_path
    )


def test_a_directory_that_can_not_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Can't make the directory file/data: Not a directory." in refused(["file/data"], tmp_path)


def test_a_malformed_property_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = properties(tmp_path)
    path.write_text(path.read_text() + "broken=\\u12\n")
    assert "Malformed \\uxxxx encoding." in refused([str(path)], tmp_path)


def test_directories_of_a_properties_file_are_not_formatted(tmp_path: Path) -> None:
    sentence = refused([str(properties(tmp_path))], tmp_path)
    assert "meta.properties" in sentence
    assert f"Format log.dirs={tmp_path / 'logs'} with kafka-storage" in sentence
    assert not (tmp_path / "logs").exists()


def test_keys_without_effect_are_named_once(tmp_path: Path) -> None:
    arguments = ["--port", "0", "--override", "num.io.threads=3", "--override", "made.up=1"]
    with started(arguments, tmp_path):
        output = (tmp_path / "out").read_text()
    assert output.count("No effect have num.io.threads: there are no threads to number") == 1
    assert output.count("No effect have made.up: Kafka 4.3 knows no such configuration") == 1


def test_a_start_that_is_broken_off_does_not_pass_for_a_clean_stop(tmp_path: Path) -> None:
    with started(["--port", "0"], tmp_path) as process:
        assert stop(process, signal.SIGKILL) == -signal.SIGKILL
    with started(["--port", "0"], tmp_path, until="Becoming the active controller") as process:
        assert stop(process) == 0
    was_loaded = "The broker has been unfenced" in (tmp_path / "out").read_text()
    assert (tmp_path / "data/.kafka_cleanshutdown").exists() == was_loaded
