"""Runs Apache Kafka 4.3.1, its node and its tools, from the jars in build/kafka/lib."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.oracle.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
KAFKA_LIB = ROOT / "build/kafka/lib"
CLUSTER_ID = "T0ttlaTestClusterIdAAA"
_LOG4J = """
Configuration:
  Appenders:
    Console: {name: out, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}
  Loggers:
    Root: {level: INFO, AppenderRef: {ref: out}}
"""


def java(main: str, *arguments: str, flags: Sequence[str] = ("-Xmx512m",)) -> list[str]:
    """The command that runs `main` with all of Kafka's jars."""
    return [
        "java",
        *flags,
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        f"{KAFKA_LIB}/*",
        main,
        *arguments,
    ]


def run_tool(
    main: str, *arguments: str, stdin: str = "", timeout_s: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run one of Kafka's tools to its end; output as text."""
    return subprocess.run(
        java(main, *arguments), input=stdin, capture_output=True, text=True, timeout=timeout_s, check=False
    )


@dataclass
class ApacheKafka:
    """One combined node on a directory of its own."""

    directory: Path
    static_voter: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)
    format_arguments: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.port, self.controller_port = free_ports(2)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def output(self) -> Path:
        return self.directory / "kafka.out"

    def configure(self) -> Path:
        """Write server.properties."""
        quorum = (
            {"controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}"}
            if self.static_voter
            else {"controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller_port}"}
        )
        values = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": str(self.data),
            "offsets.topic.num.partitions": "3",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.num.partitions": "3",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.num.partitions": "3",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            **quorum,
            **self.overrides,
        }
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "server.properties"
        path.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        (self.directory / "log4j2.yaml").write_text(_LOG4J)
        return path

    def format(self) -> None:
        mode = () if self.static_voter else ("--standalone",)
        done = run_tool(
            "kafka.tools.StorageTool",
            "format",
            *mode,
            "-t",
            CLUSTER_ID,
            "-c",
            str(self.configure()),
            *self.format_arguments,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, timeout_s: float = 60) -> None:
        path = self.configure()
        flags = ("-Xmx512m", f"-Dlog4j2.configurationFile={self.directory / 'log4j2.yaml'}")
        with self.output.open("ab") as output:
            began = output.tell()
            self.process = subprocess.Popen(
                java("kafka.Kafka", str(path), flags=flags), stdout=output, stderr=output
            )
        deadline = time.monotonic() + timeout_s
        while b"Kafka Server started" not in self.output.read_bytes()[began:]:
            assert self.process.poll() is None, self.output.read_text()[-3000:]
            assert time.monotonic() < deadline, (
                "Apache Kafka did not start: " + self.output.read_text()[-3000:]
            )
            time.sleep(0.1)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(how)
            process.wait(60)


@contextmanager
def apache_kafka(directory: Path, **options: object) -> Iterator[ApacheKafka]:
    """A formatted and started node, stopped at the end."""
    node = ApacheKafka(directory, **options)  # type: ignore[arg-type]
    node.format()
    node.start()
    try:
        yield node
    finally:
        node.kill()
