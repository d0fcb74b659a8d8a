"""`make bench`: the budgets of a single node, measured and printed beside what they allow."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.oracle.ports import free_ports

from bench.client import BlockingClient
from bench.frames import fetch_frame, produce_frame
from bench.node import ROOT, BenchNode, wait_until
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)

LOAD = ROOT / "build/load"
MIB = 1 << 20


@dataclass
class Row:
    """One measurement and what it may cost."""

    name: str
    value: float
    unit: str
    budget: float

    @property
    def holds(self) -> bool:
        return self.value <= self.budget


class Bench:
    """All rows, in order, on one machine."""

    def __init__(self, directory: Path, seconds: float, say: Callable[[str], None]) -> None:
        self._directory, self._seconds, self._say = directory, seconds, say
        self._node = BenchNode(directory / "data", free_ports(1)[0])
        self.rows: list[Row] = []

    def run(self) -> None:
        self._node.directory.mkdir()
        self._start(None)
        self._node.stop()
        self._start(Row("start to first acknowledged produce", 0, "ms", 300))
        self._idle()
        self._load("produce 100 B, 8 connections", produce_frame("load", 100), 8, 1, 16)
        self._load("produce 100 B, 1 connection, 32 in flight", produce_frame("load", 100), 1, 32, 10)
        self._load(
            "produce 1 MiB into new pages, 1 connection", produce_frame("large", MIB - 1_000), 1, 1, 450
        )
        self._warm(800)
        self._load("fetch 1 MiB, 1 connection", fetch_frame("large", MIB), 1, 1, 250)
        self._connections(500)
        self._topics(1_000)
        self._partitions(10_000)
        self._node.stop()

    def _add(self, row: Row) -> None:
        self.rows.append(row)
        self._say(f"  {row.name:45} {row.value:10.1f} {row.unit:12} (budget {row.budget:g})")

    def _start(self, row: Row | None) -> None:
        """From exec to the first acknowledged produce; the first time on an empty directory."""
        frame = produce_frame("load", 100)
        began = time.perf_counter()
        self._node.start()
        wait_until(self._accepts)
        client = BlockingClient(self._node.port)
        if row is None:
            self._create(client, [("load", 1), ("large", 1)])
        client.exchange(frame)
        if row is not None:
            row.value = (time.perf_counter() - began) * 1000
            self._add(row)
        client.close()

    def _accepts(self) -> bool:
        try:
            BlockingClient(self._node.port).close()
        except OSError:
            return False
        return True

    def _idle(self) -> None:
        time.sleep(2)
        self._add(Row("idle memory", self._node.memory_bytes / 1e6, "MB", 60))
        before = self._node.cpu_s
        time.sleep(10)
        self._add(Row("idle CPU", (self._node.cpu_s - before) / 10 * 100, "% of a core", 0.5))

    def _warm(self, mib: int) -> None:
        """1 MiB batches into a segment whose pages exist already, as long as these can't run out."""
        client = BlockingClient(self._node.port)
        self._create(client, [("warm", 1)], {"preallocate": "true", "segment.bytes": str(1024 * MIB)})
        frame = produce_frame("warm", MIB - 1_000)
        client.exchange(frame)
        client.close()
        with (self._node.directory / "warm-0/00000000000000000000.log").open("r+b") as segment:
            segment.seek(2 * MIB)
            for _ in range(mib - 2):
                segment.write(bytes(MIB))
        self._load("produce 1 MiB into warm pages, 1 connection", frame, 1, 1, 250, seconds=0.1)

    def _load(
        self, name: str, frame: bytes, connections: int, depth: int, budget_us: float, seconds: float = 0
    ) -> None:
        path = self._directory / "frame"
        path.write_bytes(frame)
        command = [
            str(LOAD),
            str(self._node.port),
            str(connections),
            str(depth),
            str(seconds or self._seconds),
            str(path),
        ]
        before = self._node.cpu_s
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        requests = int(done.stdout.split()[0])
        self._add(Row(name, (self._node.cpu_s - before) / requests * 1e6, "us CPU", budget_us))

    def _connections(self, count: int) -> None:
        before = self._node.memory_bytes
        clients = [BlockingClient(self._node.port) for _ in range(count)]
        self._add(
            Row("memory of an idle connection", (self._node.memory_bytes - before) / count / 1e3, "kB", 20)
        )
        for client in clients:
            client.close()

    def _topics(self, count: int) -> None:
        client = BlockingClient(self._node.port)
        began = time.perf_counter()
        self._create(client, [(f"many-{index}", 1) for index in range(count)])
        client.exchange(produce_frame(f"many-{count - 1}", 10))
        self._add(
            Row(f"{count} topics created in one call", (time.perf_counter() - began) * 1000, "ms", 1_000)
        )
        client.close()

    def _partitions(self, count: int) -> None:
        client = BlockingClient(self._node.port)
        for index in range(count // 1_000):
            self._create(client, [(f"wide-{index}", 1_000)])
        client.close()
        self._node.stop()
        began = time.perf_counter()
        self._node.start()
        wait_until(self._accepts)
        self._add(Row(f"restart with {count} partitions", time.perf_counter() - began, "s", 10))

    def _create(
        self, client: BlockingClient, topics: list[tuple[str, int]], configs: dict[str, str] | None = None
    ) -> None:
        pairs = [CreatableTopicConfig(name=key, value=value) for key, value in (configs or {}).items()]
        request = CreateTopicsRequest(
            topics=[
                CreatableTopic(name=n, num_partitions=c, replication_factor=1, configs=pairs)
                for n, c in topics
            ],
            timeout_ms=60_000,
        )
        answer = client.ask(request)
        wrong = [topic.error_message for topic in answer.topics if topic.error_code]
        if wrong:
            raise RuntimeError(f"topics were refused: {wrong[0]}")


def main() -> int:
    """Always 0, unless asked with --check to fail where a budget does not hold."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--seconds", type=float, default=3, help="of load for each row (3)")
    parser.add_argument("--json", action="store_true", help="print the rows for a program")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a budget does not hold")
    arguments = parser.parse_args()
    LOAD.parent.mkdir(exist_ok=True)
    subprocess.run(["cc", "-O2", "-o", str(LOAD), str(ROOT / "bench/load.c")], check=True)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory), arguments.seconds, (lambda text: None) if arguments.json else print)
        bench.run()
    if arguments.json:
        json.dump([asdict(row) for row in bench.rows], sys.stdout, indent=1)
    missed = [row.name for row in bench.rows if not row.holds]
    if missed and not arguments.json:
        print(f"over budget: {', '.join(missed)}")
    return 1 if missed and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
