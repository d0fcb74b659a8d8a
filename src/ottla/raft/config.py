"""The timings and sizes of the quorum, `controller.quorum.*`, with Kafka's defaults."""

from typing import NamedTuple


class QuorumConfig(NamedTuple):
    """One field per configuration key; every time in milliseconds."""

    election_timeout_ms: int = 1_000
    fetch_timeout_ms: int = 2_000
    election_backoff_max_ms: int = 1_000
    append_linger_ms: int = 25
    """How long the leader gathers appends before it syncs them. 0.

    At once, while a sync runs the next gather.
    """
    request_timeout_ms: int = 2_000
    retry_backoff_ms: int = 20
    fetch_max_bytes: int = 1 << 20
    fetch_snapshot_max_bytes: int = 1 << 20
    fetch_max_wait_ms: int = 500
    auto_join: bool = False
    """`auto.join.enable`: a controller outside the voter set asks to be added (KIP-853)."""

    @property
    def check_quorum_timeout_ms(self) -> int:
        """A leader that a majority has not fetched from for so long resigns."""
        return self.fetch_timeout_ms * 3 // 2

    @property
    def begin_quorum_epoch_timeout_ms(self) -> int:
        """A voter that has not fetched for so long is told again who leads."""
        return self.fetch_timeout_ms // 2
