"""What every kind of client can be told: Kafka's client properties, with their defaults."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """How a client calls. All times in milliseconds."""

    client_id: str = ""
    request_timeout_ms: int = 30_000
    api_timeout_ms: int = 60_000
    """`default.api.timeout.ms`: how long a call may take, with all its attempts."""
    retry_backoff_ms: int = 100
    retry_backoff_max_ms: int = 1_000
    reconnect_backoff_ms: int = 50
    reconnect_backoff_max_ms: int = 1_000
    connection_setup_timeout_ms: int = 10_000
    metadata_max_age_ms: int = 300_000


def backoff_ms(first_ms: int, most_ms: int, attempts: int) -> int:
    """How long to wait after so many failures (1 and more): it doubles up to `most_ms` (KIP-580)."""
    return min(most_ms, first_ms << min(attempts - 1, 20))
