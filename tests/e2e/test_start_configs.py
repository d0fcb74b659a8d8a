"""What is configured at the start, or altered later, is what a running node does."""

import asyncio
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ottla.dial.channel import Channel, Disconnected
from ottla.model.errors import ErrorCode
from ottla.records.batch import read_header
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch
from ottla.wire.message import Message
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest
from ottla.wire.messages.describe_log_dirs_request import DescribeLogDirsRequest
from ottla.wire.messages.describe_topic_partitions_request import (
    DescribeTopicPartitionsRequest,
    TopicRequest,
)
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from tests.e2e.test_start import refused, started, stop
from tests.oracle.ports import free_ports
from tests.unit.server.configs.conversation import BROKER, SET, TOPIC, change, describe


class Served:
    """A node with its overrides."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, request: Message, version: int) -> Any:
        return self.ask_all([(request, version)])[0]

    def ask_all(self, steps: Sequence[tuple[Message, int]]) -> list[Any]:
        async def ask() -> list[Any]:
            channel = Channel("127.0.0.1", self.port, "configs")
            await channel.open()
            answers = [await channel.request(request, version=version) for request, version in steps]
            channel.close()
            return answers

        return asyncio.run(ask())

    def create(self, name: str, partitions: int = 1, **configs: str) -> ErrorCode:
        topic = CreatableTopic(
            name=name,
            num_partitions=partitions,
            replication_factor=-1,
            configs=[
                CreatableTopicConfig(name=key.replace("_", "."), value=value)
                for key, value in configs.items()
            ],
        )
        answer = self.ask(CreateTopicsRequest(topics=[topic], timeout_ms=5_000), 5)
        return ErrorCode(answer.topics[0].error_code)

    def produce(self, topic: str, size: int = 10, *, timestamp: int = 1_700_000_000_000) -> ErrorCode:
        batch = bytes(build_batch([Record(0, timestamp, b"key", bytes(size))]))
        data = TopicProduceData(name=topic, partition_data=[PartitionProduceData(index=0, records=batch)])
        answer = self.ask(ProduceRequest(acks=-1, timeout_ms=5_000, topic_data=[data]), 9)
        return ErrorCode(answer.responses[0].partition_responses[0].error_code)

    def fetch(self, topic: str) -> bytes:
        wanted = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1 << 30)
        request = FetchRequest(
            max_wait_ms=0,
            min_bytes=0,
            max_bytes=1 << 30,
            topics=[FetchTopic(topic=topic, partitions=[wanted])],
        )
        return bytes(self.ask(request, 11).responses[0].partitions[0].records or b"")

    def first_offset(self, topic: str) -> int:
        wanted = ListOffsetsPartition(partition_index=0, timestamp=-2)
        request = ListOffsetsRequest(
            replica_id=-1, topics=[ListOffsetsTopic(name=topic, partitions=[wanted])]
        )
        return int(self.ask(request, 5).topics[0].partitions[0].offset)

    def metadata(self, topic: str, *, create: bool = False) -> Any:
        request = MetadataRequest(topics=[MetadataRequestTopic(name=topic)], allow_auto_topic_creation=create)
        return self.ask(request, 9)

    def configs(self, topic: str) -> dict[str, str]:
        answer = self.ask(*describe((TOPIC, topic)))
        return {config.name: config.value for config in answer.results[0].configs}


@contextmanager
def serving(directory: Path, *overrides: str) -> Iterator[Served]:
    port, _ = free_ports(2)
    arguments = [word for each in overrides for word in ("--override", each)]
    with started(["--port", str(port), *arguments], directory):
        yield Served(port)


def eventually(holds: Any) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_broker_rack_is_told_to_clients(tmp_path: Path) -> None:
    with serving(tmp_path, "broker.rack=east") as node:
        assert node.metadata("t").brokers[0].rack == "east"


def test_auto_create_topics_enable_false_leaves_unknown_topics_unknown(tmp_path: Path) -> None:
    with serving(tmp_path, "auto.create.topics.enable=false") as node:
        node.metadata("t", create=True)
        time.sleep(0.3)
        assert node.metadata("t").topics[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_num_partitions_is_how_many_a_new_topic_gets(tmp_path: Path) -> None:
    with serving(tmp_path, "num.partitions=3") as node:
        assert node.create("t", partitions=-1) is ErrorCode.NONE
        assert len(node.metadata("t").topics[0].partitions) == 3


def test_default_replication_factor_is_how_many_replicas_a_new_topic_wants(tmp_path: Path) -> None:
    with serving(tmp_path, "default.replication.factor=2") as node:
        assert node.create("t") is ErrorCode.INVALID_REPLICATION_FACTOR


def test_delete_topic_enable_false_keeps_topics(tmp_path: Path) -> None:
    with serving(tmp_path, "delete.topic.enable=false") as node:
        node.create("t")
        answer = node.ask(DeleteTopicsRequest(topic_names=["t"], timeout_ms=5_000), 4)
        assert answer.responses[0].error_code == ErrorCode.TOPIC_DELETION_DISABLED


def test_message_max_bytes_bounds_a_batch(tmp_path: Path) -> None:
    with serving(tmp_path, "message.max.bytes=1000") as node:
        node.create("t")
        node.create("own", max_message_bytes="3000")
        assert node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE
        assert node.produce("t", 200) is ErrorCode.NONE
        assert node.produce("own", 2_000) is ErrorCode.NONE


def test_fetch_max_bytes_bounds_an_answer(tmp_path: Path) -> None:
    with serving(tmp_path, "fetch.max.bytes=1500") as node:
        node.create("t")
        for _ in range(4):
            node.produce("t", 1_000)
        assert 1_000 < len(node.fetch("t")) <= 1_500


def test_compression_type_compresses_what_comes(tmp_path: Path) -> None:
    with serving(tmp_path, "compression.type=gzip", "compression.gzip.level=9") as node:
        node.create("t")
        node.produce("t", 5_000)
        stored = node.fetch("t")
        assert read_header(stored).attributes & 7 == Codec.GZIP
        assert len(stored) < 1_000


def test_log_message_timestamp_after_max_ms_bounds_times(tmp_path: Path) -> None:
    with serving(tmp_path, "log.message.timestamp.after.max.ms=1000") as node:
        node.create("t")
        later_ms = int((time.time() + 60) * 1000)
        assert node.produce("t", timestamp=later_ms) is ErrorCode.INVALID_TIMESTAMP


def test_old_segments_go_when_retention_is_checked(tmp_path: Path) -> None:
    keys = ("log.roll.ms=1", "log.retention.ms=1", "log.retention.check.interval.ms=50")
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: node.first_offset("t") == 1)


def test_log_segment_delete_delay_ms_is_how_long_files_stay(tmp_path: Path) -> None:
    keys = (
        "log.roll.ms=1",
        "log.retention.ms=1",
        "log.retention.check.interval.ms=50",
        "log.segment.delete.delay.ms=0",
    )
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: node.first_offset("t") == 1)
        eventually(lambda: not list((tmp_path / "data/t-0").glob("*.deleted")))


def test_checkpoints_are_written_as_often_as_configured(tmp_path: Path) -> None:
    keys = ("replica.high.watermark.checkpoint.interval.ms=50", "log.flush.offset.checkpoint.interval.ms=50")
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: "t 0 1" in (tmp_path / "data/replication-offset-checkpoint").read_text())
        eventually(lambda: "t 0 0" in (tmp_path / "data/recovery-point-offset-checkpoint").read_text())


def test_log_flush_interval_ms_syncs_by_time(tmp_path: Path) -> None:
    keys = (
        "log.flush.interval.ms=1",
        "log.flush.scheduler.interval.ms=50",
        "log.flush.offset.checkpoint.interval.ms=50",
    )
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: "t 0 1" in (tmp_path / "data/recovery-point-offset-checkpoint").read_text())


def test_log_dirs_hold_the_partitions_and_metadata_log_dir_the_metadata(tmp_path: Path) -> None:
    directories = f"{tmp_path / 'one'},{tmp_path / 'two'}"
    keys = (f"log.dirs={directories}", f"metadata.log.dir={tmp_path / 'meta'}")
    with serving(tmp_path, *keys) as node:
        node.create("t", partitions=2)
        answer = node.ask(DescribeLogDirsRequest(topics=None), 1)
        assert {result.log_dir for result in answer.results if result.topics} == set(directories.split(","))
        assert (tmp_path / "meta/__cluster_metadata-0").is_dir()


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


def test_keys_of_the_offsets_topic_shape_it(tmp_path: Path) -> None:
    keys = ("offsets.topic.num.partitions=2", "offsets.topic.segment.bytes=2000000")
    with serving(tmp_path, *keys) as node:
        eventually(lambda: node.ask(FindCoordinatorRequest(key="g"), 0).error_code == ErrorCode.NONE)
        assert len(node.metadata("__consumer_offsets").topics[0].partitions) == 2
        assert node.configs("__consumer_offsets")["segment.bytes"] == "2000000"


def test_too_many_replicas_of_the_offsets_topic_can_not_be_made(tmp_path: Path) -> None:
    with serving(tmp_path, "offsets.topic.replication.factor=3") as node:
        for _ in range(5):
            answer = node.ask(FindCoordinatorRequest(key="g"), 0)
            assert answer.error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE


def test_session_timeouts_of_classic_groups_are_bounded(tmp_path: Path) -> None:
    keys = ("group.min.session.timeout.ms=5000", "group.max.session.timeout.ms=7000")
    with serving(tmp_path, *keys) as node:
        eventually(lambda: node.ask(FindCoordinatorRequest(key="g"), 0).error_code == ErrorCode.NONE)
        found = []
        for timeout_ms in (4_999, 7_001):
            request = JoinGroupRequest(
                group_id="g",
                session_timeout_ms=timeout_ms,
                rebalance_timeout_ms=1_000,
                protocol_type="consumer",
                protocols=[JoinGroupRequestProtocol(name="range", metadata=b"")],
            )
            found.append(node.ask(request, 5).error_code)
        assert found == [ErrorCode.INVALID_SESSION_TIMEOUT] * 2


def test_controlled_shutdown_enable_false_leaves_at_once(tmp_path: Path) -> None:
    arguments = ["--port", "0", "--override", "controlled.shutdown.enable=false"]
    with started(arguments, tmp_path) as process:
        assert stop(process) == 0
    assert "Beginning controlled shutdown" not in (tmp_path / "out").read_text()


def test_server_max_startup_time_ms_bounds_the_start(tmp_path: Path) -> None:
    sentence = refused(["--port", "0", "--override", "server.max.startup.time.ms=1"], tmp_path)
    assert "did not start within server.max.startup.time.ms=1" in sentence


def test_what_a_topic_is_altered_to_is_in_force_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as node:
        node.create("t")
        assert node.produce("t", 2_000) is ErrorCode.NONE
        node.ask(*change(TOPIC, "t", (SET, "max.message.bytes", "1000")))
        eventually(lambda: node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE)


@pytest.mark.parametrize("broker", ["1", ""])
def test_what_brokers_are_altered_to_is_in_force_at_once_for_topics_that_are_silent(
    tmp_path: Path, broker: str
) -> None:
    with serving(tmp_path) as node:
        node.create("t")
        node.create("own", max_message_bytes="5000")
        node.ask(*change(BROKER, broker, (SET, "message.max.bytes", "1000")))
        eventually(lambda: node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE)
        assert node.produce("own", 2_000) is ErrorCode.NONE


def test_alterations_of_brokers_outlive_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as node:
        node.create("t")
        node.ask(*change(BROKER, "", (SET, "message.max.bytes", "1000")))
        eventually(lambda: node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE)
    with serving(tmp_path) as node:
        assert node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE


def test_connection_limits_can_be_altered(tmp_path: Path) -> None:
    with serving(tmp_path) as node:
        node.ask(*change(BROKER, "", (SET, "max.connections.per.ip", "1")))
        time.sleep(0.1)
        with (
            socket.create_connection(("127.0.0.1", node.port)),
            socket.create_connection(("127.0.0.1", node.port), timeout=10) as one_more,
        ):
            assert one_more.recv(1) == b""
