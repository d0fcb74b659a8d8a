"""What the group coordinator can be told by configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupsConfig:
    """Fields bear the names of Kafka's keys, dots as underscores; the defaults are Kafka's."""

    group_min_session_timeout_ms: int = 6_000
    group_max_session_timeout_ms: int = 1_800_000
    group_initial_rebalance_delay_ms: int = 3_000
    group_max_size: int = 2**31 - 1
    offset_metadata_max_bytes: int = 4_096
    """Counted in UTF-16 units, as Kafka does."""
    offsets_retention_minutes: int = 7 * 24 * 60
    offsets_retention_check_interval_ms: int = 600_000
    offsets_commit_timeout_ms: int = 5_000
    """How long an answer may wait for its records to be committed."""
    offsets_topic_compression_codec: int = 0
    """0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."""
    offsets_load_buffer_size: int = 5 * 1024 * 1024

    @property
    def offsets_retention_ms(self) -> int:
        return self.offsets_retention_minutes * 60_000

    @property
    def new_member_join_timeout_ms(self) -> int:
        """How long a JoinGroup of a new member may wait: its client can't heartbeat yet (fixed in Kafka)."""
        return 5 * 60_000
