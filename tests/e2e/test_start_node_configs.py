"""What is configured at the start, or altered later, is how a running node treats its clients."""

import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from ottla.dial.channel import Disconnected
from ottla.wire.messages.describe_topic_partitions_request import (
    DescribeTopicPartitionsRequest,
    TopicRequest,
)
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from tests.e2e.served import Served, eventually, serving
from tests.e2e.test_start import refused, started, stop
from tests.unit.server.configs.conversation import BROKER, SET, change


def test_broker_rack_is_told_to_clients(tmp_path: Path) -> None:
    with serving(tmp_path, "broker.rack=east") as node:
        assert node.metadata("t").brokers[0].rack == "east"


def test_connections_max_idle_ms_closes_silent_connections(tmp_path: Path) -> None:
    with (
        serving(tmp_path, "connections.max.idle.ms=300") as node,
        socket.create_connection(("127.0.0.1", node.port), timeout=10) as silent,
    ):
        assert silent.recv(1) == b""


def test_max_connections_per_ip_refuses_one_more(tmp_path: Path) -> None:
    with serving(tmp_path, "max.connections.per.ip=1") as node:
        with (
            socket.create_connection(("127.0.0.1", node.port)),
            socket.create_connection(("127.0.0.1", node.port), timeout=10) as refused_one,
        ):
            assert refused_one.recv(1) == b""
        eventually(lambda: _is_answered(node))


def _is_answered(node: Served) -> bool:
    """The first connection's end is seen a moment later."""
    try:
        return bool(node.metadata("t").brokers)
    except Disconnected:
        return False


def test_max_connections_lets_one_more_wait(tmp_path: Path) -> None:
    with serving(tmp_path, "max.connections=1") as node:
        request = bytes.fromhex("0000000a00120000000000070000")
        with socket.create_connection(("127.0.0.1", node.port)) as first:
            first.sendall(request)
            assert first.recv(4)
            waiting = socket.create_connection(("127.0.0.1", node.port), timeout=0.3)
            waiting.sendall(request)
            with pytest.raises(TimeoutError):
                waiting.recv(4)
        waiting.settimeout(10)
        assert waiting.recv(4)
        waiting.close()


def test_socket_request_max_bytes_bounds_a_request(tmp_path: Path) -> None:
    with serving(tmp_path, "socket.request.max.bytes=2000") as node:
        node.create("t")
        with pytest.raises(Disconnected):
            node.produce("t", 5_000)


def test_max_request_partition_size_limit_bounds_an_answer(tmp_path: Path) -> None:
    with serving(tmp_path, "max.request.partition.size.limit=2") as node:
        node.create("t", partitions=3)
        answer = node.ask(DescribeTopicPartitionsRequest(topics=[TopicRequest(name="t")]), 0)
        assert len(answer.topics[0].partitions) == 2
        assert answer.next_cursor.partition_index == 2


def test_controlled_shutdown_enable_false_leaves_at_once(tmp_path: Path) -> None:
    arguments = ["--port", "0", "--override", "controlled.shutdown.enable=false"]
    with started(arguments, tmp_path) as process:
        assert stop(process) == 0
    assert "Beginning controlled shutdown" not in (tmp_path / "out").read_text()


def test_server_max_startup_time_ms_bounds_the_start(tmp_path: Path) -> None:
    sentence = refused(["--port", "0", "--override", "server.max.startup.time.ms=1"], tmp_path)
    assert "did not start within server.max.startup.time.ms=1" in sentence


def test_connection_limits_can_be_altered(tmp_path: Path) -> None:
    with serving(tmp_path) as node:
        node.ask(*change(BROKER, "", (SET, "max.connections.per.ip", "1")))
        time.sleep(0.1)
        with (
            socket.create_connection(("127.0.0.1", node.port)),
            socket.create_connection(("127.0.0.1", node.port), timeout=10) as one_more,
        ):
            assert one_more.recv(1) == b""


def test_advertised_listeners_are_what_clients_are_told(tmp_path: Path) -> None:
    with serving(tmp_path, "advertised.listeners=PLAINTEXT://kafka.example:7") as node:
        broker = node.metadata("t").brokers[0]
        assert (broker.host, broker.port) == ("kafka.example", 7)


def test_socket_listen_backlog_size_bounds_who_waits_to_be_accepted(tmp_path: Path) -> None:
    with serving(tmp_path, "socket.listen.backlog.size=1") as node, ExitStack() as guests:
        node.process.send_signal(signal.SIGSTOP)
        try:
            for _ in range(2):
                guests.enter_context(socket.create_connection(("127.0.0.1", node.port), timeout=10))
            with pytest.raises(TimeoutError):
                socket.create_connection(("127.0.0.1", node.port), timeout=0.3)
        finally:
            node.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(("slots", "is_kept"), [(0, False), (5, True)])
def test_fetch_sessions_are_kept_as_many_as_there_are_slots(
    tmp_path: Path, slots: int, is_kept: bool
) -> None:
    with serving(tmp_path, f"max.incremental.fetch.session.cache.slots={slots}") as node:
        node.create("t")
        topic = FetchTopic(topic="t", partitions=[FetchPartition(partition=0)])
        request = FetchRequest(max_wait_ms=0, session_id=0, session_epoch=0, topics=[topic])
        assert bool(node.ask(request, 11).session_id) is is_kept


def test_a_broker_whose_heartbeats_are_further_apart_than_its_session_is_fenced(tmp_path: Path) -> None:
    keys = ("broker.heartbeat.interval.ms=60000", "broker.session.timeout.ms=300")
    with serving(tmp_path, *keys) as node:
        eventually(lambda: not node.metadata("t").brokers)


def test_metadata_snapshots_are_made_after_so_many_bytes(tmp_path: Path) -> None:
    with serving(tmp_path, "metadata.log.max.record.bytes.between.snapshots=1") as node:
        node.create("t")
        eventually(lambda: _snapshots(tmp_path))


def test_metadata_snapshots_are_made_after_so_much_time(tmp_path: Path) -> None:
    with serving(tmp_path, "metadata.log.max.snapshot.interval.ms=100") as node:
        node.create("t")
        eventually(lambda: _snapshots(tmp_path))


def _snapshots(directory: Path) -> list[str]:
    """But for the one that formatting has left."""
    names = sorted(path.name for path in (directory / "data/__cluster_metadata-0").glob("*.checkpoint"))
    return [name for name in names if int(name[:20]) > 0]
