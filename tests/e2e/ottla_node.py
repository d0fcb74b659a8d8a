"""Runs our node as a process of its own, from a server.properties as Kafka's or on a directory alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.oracle.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
STARTED = b"Kafka Server started"


@dataclass
class OttlaNode:
    """One combined node. Without a file of `properties` it formats its own directory."""

    directory: Path
    properties: Path | None = None
    overrides: Sequence[str] = ()
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self.port:
            self.port, self.controller_port = free_ports(2)

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def output(self) -> Path:
        return self.directory / "ottla.out"

    def command(self) -> list[str]:
        overrides = [word for each in self.overrides for word in ("--override", each)]
        start = [sys.executable, "-m", "ottla", "start"]
        if self.properties is not None:
            return [*start, str(self.properties), *overrides]
        return [*start, "--dir", str(self.directory / "data"), "--port", str(self.port), *overrides]

    def start(self, timeout_s: float = 30) -> None:
        """Start and wait until clients are served."""
        with self.output.open("ab") as output:
            began = output.tell()
            environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
            self.process = subprocess.Popen(self.command(), stdout=output, stderr=output, env=environment)
        deadline = time.monotonic() + timeout_s
        while STARTED not in self.output.read_bytes()[began:]:
            text = self.output.read_text()[-3000:]
            assert self.process.poll() is None, f"the node ended: {text}"
            assert time.monotonic() < deadline, f"the node did not start: {text}"
            time.sleep(0.02)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(how)
            process.wait(30)


@contextmanager
def ottla_node(directory: Path, **options: object) -> Iterator[OttlaNode]:
    """A started node, killed at the end."""
    node = OttlaNode(directory, **options)  # type: ignore[arg-type]
    node.start()
    try:
        yield node
    finally:
        node.kill()
