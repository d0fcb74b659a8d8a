"""Kafka's own Java clients and its console tools, on our node."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.ottla_node import OttlaNode, ottla_node
from tests.oracle.apache_kafka import KAFKA_LIB, run_tool

pytestmark = pytest.mark.needs("kafka")
PROGRAM = Path(__file__).parent.parent / "java/EveryClient.java"
TOOLS = "org.apache.kafka.tools"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[OttlaNode]:
    settings = ["offsets.topic.num.partitions=3", "log.retention.ms=-1"]  # the records are of 2023
    with ottla_node(tmp_path / "ottla", overrides=settings) as started:
        yield started


def tool(node: OttlaNode, name: str, *arguments: str, stdin: str = "") -> str:
    """What one of Kafka's tools prints."""
    done = run_tool(f"{TOOLS}.{name}", "--bootstrap-server", node.bootstrap, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_producer_consumer_and_admin_do_their_work(node: OttlaNode) -> None:
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{KAFKA_LIB}/*", str(PROGRAM), node.bootstrap]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert "done" in done.stdout, done.stdout + done.stderr


def test_the_tools_of_administrators_do_their_work(node: OttlaNode, tmp_path: Path) -> None:
    tool(node, "TopicCommand", "--create", "--topic", "kept", "--partitions", "1")
    tool(node, "ConsoleProducer", "--topic", "kept", stdin="a\nb\nc\n")
    offsets = tmp_path / "offsets.json"
    offsets.write_text('{"partitions": [{"topic": "kept", "partition": 0, "offset": 2}], "version": 1}')
    assert "low_watermark: 2" in tool(node, "DeleteRecordsCommand", "--offset-json-file", str(offsets))
    assert "kept:0:2" in tool(node, "GetOffsetShell", "--topic", "kept", "--time", "earliest")
    assert '"partition":"kept-0"' in tool(node, "LogDirsCommand", "--describe")
    assert "4.0-IV3" in tool(node, "FeatureCommand", "describe")
    assert "LeaderId:               1" in tool(node, "MetadataQuorumCommand", "describe", "--status")


def test_the_console_tools_do_their_work(node: OttlaNode) -> None:
    tool(node, "TopicCommand", "--create", "--topic", "orders", "--partitions", "2")
    assert "PartitionCount: 2" in tool(node, "TopicCommand", "--describe", "--topic", "orders")
    tool(
        node,
        "ConsoleProducer",
        "--topic",
        "orders",
        "--reader-property",
        "parse.key=true",
        "--reader-property",
        "key.separator=:",
        stdin="a:first\nb:second\na:third\n",
    )
    read = tool(
        node,
        "consumer.ConsoleConsumer",
        "--topic",
        "orders",
        "--from-beginning",
        "--max-messages",
        "3",
        "--timeout-ms",
        "20000",
        "--group",
        "readers",
        "--formatter-property",
        "print.key=true",
    )
    assert sorted(read.split()) == ["a", "a", "b", "first", "second", "third"]
    group = "consumer.group.ConsumerGroupCommand"
    assert tool(node, group, "--list").split() == ["readers"]
    rows = tool(node, group, "--describe", "--group", "readers").splitlines()
    assert sum(int(row.split()[3]) for row in rows if row.startswith("readers")) == 3
    reset = ("--reset-offsets", "--to-earliest", "--topic", "orders", "--execute", "--group", "readers")
    tool(node, group, *reset)
    rows = tool(node, group, "--describe", "--group", "readers").splitlines()
    assert sum(int(row.split()[5]) for row in rows if row.startswith("readers")) == 3, "all lags behind"
