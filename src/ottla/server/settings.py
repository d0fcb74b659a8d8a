"""What handlers ask of the broker's configuration, typed."""

from typing import NamedTuple


class BrokerSettings(NamedTuple):
    """Named after Kafka's keys; sizes in bytes."""

    fetch_max_bytes: int = 55 * 1024 * 1024
    auto_create_topics_enable: bool = True
    num_partitions: int = 1
    default_replication_factor: int = 1
    offsets_topic_num_partitions: int = 50
    offsets_topic_replication_factor: int = 3
    partitions_per_answer_max: int = 2_000
    """`max.request.partition.size.limit`"""
    request_timeout_s: float = 30.0
    controller_socket_timeout_s: float = 30.0
    offsets_topic_segment_bytes: int = 100 * 1024 * 1024
