"""Apache Kafka's own log classes in one Java process, and our log described in the same words."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.interchange.log.file_disk import RealDisk
from tests.oracle.apache_kafka import KAFKA_LIB, ROOT
from tests.unit.log.a_log import START_MS, read_all, run
from tests.unit.log.memory_disk import CountingEntropy

from ottla.log.config import LogConfig
from ottla.log.loading import open_log
from ottla.log.partition_log import PartitionLog
from ottla.model.ids import TopicPartition
from ottla.model.now import Now
from ottla.records.batch import batches
from ottla.records.records import records

PROGRAM = ROOT / "tests/java/LogJudge.java"
NAME = TopicPartition("orders", 0)


class Judge:
    """Asks Kafka. Answers are lines; a failure is an assertion."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, *words: object) -> list[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        lines: list[str] = []
        while (line := self._process.stdout.readline().rstrip("\n")) != ".":
            lines.append(line)
        assert not any(line.startswith("failed ") for line in lines), lines
        return lines

    def open(self, folder: Path, *, clean: bool, recovery_point: int = 0, **config: Any) -> None:
        """Kafka opens the log; configuration by its names with underscores."""
        settings = [f"{name.replace('_', '.')}={value}" for name, value in config.items()]
        self.ask("open", folder, str(clean).lower(), recovery_point, *settings)


@contextmanager
def a_judge() -> Iterator[Judge]:
    flags = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")
    command = ["java", *flags, "-cp", f"{KAFKA_LIB}/*", str(PROGRAM)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield Judge(process)
        assert process.stdin is not None
        process.stdin.close()


def opened(folder: Path, *, clean: bool, ms: int = 0, **config: Any) -> PartitionLog:
    """Our log on the same folder."""
    log, _ = run(
        open_log(
            RealDisk(),
            str(folder),
            NAME,
            LogConfig(**config),
            entropy=CountingEntropy(),
            now=Now(ms, START_MS + ms),
            clean=clean,
        )
    )
    return log


def tell(log: PartitionLog) -> list[str]:
    """As LogJudge's `tell`."""
    end = log.log_end_offset
    return [
        f"start {log.log_start_offset}",
        f"end {end}",
        f"stable {log.last_stable_offset(end)}",
        f"segments {log.segments.base_offsets}",
        *(f"epoch {epoch} {start}" for epoch, start in log.epochs.entries()),
        *sorted(
            f"producer {p.producer_id} {p.epoch} {p.last_sequence} {p.last_timestamp} {p.coordinator_epoch} "
            f"{p.transaction_start}"
            for p in log.producers()
        ),
        *(
            f"aborted {a.producer_id} {a.first_offset} {a.last_offset} {a.last_stable_offset}"
            for a in log.segments.aborted_transactions(log.log_start_offset, end)
        ),
    ]


def read(log: PartitionLog) -> list[str]:
    """As LogJudge's `read`."""
    data = read_all(log)
    lines: list[str] = []
    for position, h in batches(data):
        horizon = -1 if h.delete_horizon is None else h.delete_horizon
        lines.append(
            f"batch {h.base_offset} {h.last_offset} {h.leader_epoch} {h.compression} {h.timestamp_type} "
            f"{h.max_timestamp} {h.producer_id} {h.producer_epoch} {h.base_sequence} "
            f"{str(h.is_transactional).lower()} {str(h.is_control).lower()} {horizon}"
        )
        for r in records(data, position, h):
            headers = "".join(f" {key} {_hex(value)}" for key, value in r.headers)
            lines.append(f"record {r.offset} {r.timestamp} {_hex(r.key)} {_hex(r.value)}{headers}")
    return lines


def time(log: PartitionLog, timestamp: int) -> list[str]:
    """As LogJudge's `time`: -3 asks for the largest."""
    found = log.offset_of_max_timestamp() if timestamp == -3 else log.offset_for_timestamp(timestamp)
    return ["none" if found is None else f"{found.timestamp} {found.offset} {found.leader_epoch}"]


def _hex(data: bytes | None) -> str:
    return "null" if data is None else "x" + data.hex()
