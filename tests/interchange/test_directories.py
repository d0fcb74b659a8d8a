"""A data directory goes from Apache Kafka to Ottla and back, and nothing is lost on either way.

The source directory holds groups of every kind that Kafka 4.3 has, and a transaction that nobody ended.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.ottla_node import OttlaNode
from tests.oracle.apache_kafka import KAFKA_LIB, ApacheKafka, run_tool

pytestmark = pytest.mark.needs("kafka")

GROUPS = {
    "classic-group": "Classic",
    "consumer-group": "Consumer",
    "share-group": "Share",
    "streams-group": "Streams",
    "transactional-group": "Classic",
}
TOPICS = {"plain", "compacted", "transactional", "out", "__consumer_offsets", "__transaction_state"}
PROGRAM = Path(__file__).parent.parent / "java/EveryKindOfGroup.java"
TOOLS = "org.apache.kafka.tools"


def fill(bootstrap: str) -> None:
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{KAFKA_LIB}/*", str(PROGRAM), bootstrap]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert "done" in done.stdout, done.stdout + done.stderr


def tool(name: str, bootstrap: str, *arguments: str) -> str:
    done = run_tool(f"{TOOLS}.{name}", "--bootstrap-server", bootstrap, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def groups(bootstrap: str) -> dict[str, str]:
    rows = [line.split() for line in tool("GroupsCommand", bootstrap, "--list").splitlines()[1:]]
    return {row[0]: row[1] for row in rows}


def end_offsets(bootstrap: str) -> dict[str, int]:
    lines = [line.rsplit(":", 1) for line in tool("GetOffsetShell", bootstrap).split()]
    return {name: int(offset) for name, offset in lines if not name.startswith("__")}


def committed(bootstrap: str, group: str) -> str:
    return tool("consumer.group.ConsumerGroupCommand", bootstrap, "--describe", "--offsets", "--group", group)


def values(bootstrap: str, topic: str, *arguments: str) -> list[str]:
    output = tool(
        "consumer.ConsoleConsumer",
        bootstrap,
        "--topic",
        topic,
        "--from-beginning",
        "--timeout-ms",
        "6000",
        *arguments,
    )
    return sorted(output.split())


@pytest.fixture(params=["standalone", "static voter"])
def kafka(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ApacheKafka]:
    node = ApacheKafka(
        tmp_path / "kafka",
        static_voter=request.param == "static voter",
        overrides={"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"},
    )
    node.format()
    node.start()
    try:
        yield node
    finally:
        node.kill()


def test_a_directory_that_kafka_wrote_and_lost_power_over_goes_to_ottla_and_back(
    kafka: ApacheKafka, tmp_path: Path
) -> None:
    fill(kafka.bootstrap)
    before = end_offsets(kafka.bootstrap)
    classic = committed(kafka.bootstrap, "classic-group")
    kafka.kill()

    ours = OttlaNode(tmp_path / "ottla", properties=kafka.configure(), port=kafka.port)
    ours.start()
    try:
        assert GROUPS.items() <= groups(ours.bootstrap).items()
        assert end_offsets(ours.bootstrap) == before
        assert committed(ours.bootstrap, "classic-group") == classic
        assert len(values(ours.bootstrap, "plain", "--max-messages", "100")) == 100
        decided = values(ours.bootstrap, "transactional", "--isolation-level", "read_committed")
        assert {"committed", "aborted", "undecided"} & set(decided) == {"committed"}
        produced = run_tool(
            f"{TOOLS}.ConsoleProducer",
            "--bootstrap-server",
            ours.bootstrap,
            "--topic",
            "plain",
            stdin="ours\n",
        )
        assert produced.returncode == 0, produced.stderr
    finally:
        ours.stop()

    kafka.start()
    assert set(tool("TopicCommand", kafka.bootstrap, "--list").split()) >= TOPICS
    assert GROUPS.items() <= groups(kafka.bootstrap).items()
    assert sum(end_offsets(kafka.bootstrap).values()) == sum(before.values()) + 1
    assert committed(kafka.bootstrap, "classic-group").split()[:6] == classic.split()[:6]
    assert "retention.ms=123456789" in tool("TopicCommand", kafka.bootstrap, "--describe", "--topic", "plain")
    assert "ours" in values(kafka.bootstrap, "plain", "--max-messages", "101")
