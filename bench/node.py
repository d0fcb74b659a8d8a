"""A node under measurement: its process, and what the kernel says of it."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_FLAGS = ["--override", "offsets.topic.num.partitions=1"]


class BenchNode:
    """One `ottla start` on a directory of its own."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start without waiting."""
        command = [
            sys.executable,
            "-m",
            "ottla",
            "start",
            "--dir",
            str(self.directory),
            "--port",
            str(self.port),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        with (self.directory.parent / "node.out").open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *_FLAGS], stdout=output, stderr=output, env=environment
            )

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(120)  # ten thousand logs are closed one by one
            self.process = None

    @property
    def cpu_s(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_S

    @property
    def memory_bytes(self) -> int:
        """Resident set."""
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * resource.getpagesize()

    @property
    def _pid(self) -> int:
        assert self.process is not None, "measured while it runs"
        return self.process.pid


def wait_until(ready: object, timeout_s: float = 60) -> float:
    """Call `ready` until it is true; seconds it took."""
    began = time.perf_counter()
    while not ready():  # type: ignore[operator]
        if time.perf_counter() - began > timeout_s:
            raise TimeoutError("the node does not get there")
        time.sleep(0.001)
    return time.perf_counter() - began
