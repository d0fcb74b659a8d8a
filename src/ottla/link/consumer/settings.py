"""How a consumer reads: Kafka's consumer properties, with their defaults."""

from dataclasses import dataclass

EARLIEST, LATEST = -2, -1
"""Timestamps that ListOffsets understands as the two ends of a log."""


@dataclass(frozen=True, slots=True)
class ConsumerSettings:
    """Times in milliseconds, sizes in bytes."""

    group_id: str | None = None
    group_instance_id: str | None = None
    assignors: tuple[str, ...] = ("range", "cooperative-sticky")
    reset_to: int | None = LATEST
    """`auto.offset.reset`: the timestamp by which to find a position where none is known; None to refuse."""
    auto_commit: bool = True
    auto_commit_interval_ms: int = 5_000
    session_timeout_ms: int = 45_000
    heartbeat_interval_ms: int = 3_000
    rebalance_timeout_ms: int = 300_000
    """`max.poll.interval.ms`."""
    fetch_min_bytes: int = 1
    fetch_max_bytes: int = 52_428_800
    fetch_max_wait_ms: int = 500
    partition_fetch_bytes: int = 1_048_576
    read_committed: bool = False
    check_crcs: bool = True
    client_rack: str = ""
    create_topics: bool = True
    """`allow.auto.create.topics`."""
    retry_backoff_ms: int = 100
    retry_backoff_max_ms: int = 1_000
