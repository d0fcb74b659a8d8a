"""How a producer sends: Kafka's producer properties, with their defaults."""

from dataclasses import dataclass

from ottla.records.compression import Codec


@dataclass(frozen=True, slots=True)
class ProducerSettings:
    """Times in milliseconds, sizes in bytes. `acks` is 0, 1 or -1 for all in-sync replicas."""

    acks: int = -1
    linger_ms: int = 5
    batch_size: int = 16_384
    compression: Codec = Codec.NONE
    compression_level: int | None = None
    idempotent: bool = True
    retries: int = 2_147_483_647
    retry_backoff_ms: int = 100
    retry_backoff_max_ms: int = 1_000
    delivery_timeout_ms: int = 120_000
    request_timeout_ms: int = 30_000
    request_size_max: int = 1_048_576
    buffer_memory: int = 33_554_432
    block_ms_max: int = 60_000
