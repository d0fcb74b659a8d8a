"""The configuration that a log obeys."""

from dataclasses import fields

from ottla.log.config import FOREVER, LogConfig
from ottla.records.batch import LOG_APPEND_TIME


def test_defaults_are_kafka_s() -> None:
    config = LogConfig()
    assert (config.segment_bytes, config.segment_ms, config.max_message_bytes) == (
        1 << 30,
        604_800_000,
        1_048_588,
    )
    assert (config.retention_bytes, config.retention_ms) == (-1, 604_800_000)
    assert (config.flush_messages, config.flush_ms) == (FOREVER, FOREVER)
    assert config.cleanup_policy == {"delete"}
    assert config.message_timestamp_after_max_ms == 3_600_000


def test_topic_configuration_is_read_by_its_names() -> None:
    config = LogConfig.of(
        {
            "cleanup.policy": "compact, delete",
            "segment.bytes": "1048576",
            "message.timestamp.type": "LogAppendTime",
            "min.cleanable.dirty.ratio": "0.1",
            "preallocate": "true",
            "compression.type": "zstd",
            "compression.zstd.level": "-3",
            "min.insync.replicas": "2",
        }
    )
    assert config.compacts
    assert config.deletes
    assert (config.segment_bytes, config.message_timestamp_type) == (1_048_576, LOG_APPEND_TIME)
    assert (config.min_cleanable_dirty_ratio, config.preallocate) == (0.1, True)
    assert (config.compression_type, config.compression_zstd_level) == ("zstd", -3)


def test_an_empty_policy_neither_deletes_nor_compacts() -> None:
    config = LogConfig.of({"cleanup.policy": ""})
    assert not config.compacts
    assert not config.deletes


def test_the_internal_segment_size_goes_first() -> None:
    assert LogConfig.of({"segment.bytes": "1048576", "internal.segment.bytes": "500"}).segment_bytes == 500


def test_every_field_has_a_topic_configuration_of_its_name() -> None:
    """Names with a dot for every underscore are the topic's names."""
    known = {
        "segment.bytes", "segment.ms", "segment.jitter.ms", "segment.index.bytes", "index.interval.bytes",
        "flush.messages", "flush.ms", "retention.bytes", "retention.ms", "max.message.bytes",
        "compression.type",
        "compression.gzip.level", "compression.lz4.level", "compression.zstd.level", "message.timestamp.type",
        "message.timestamp.before.max.ms", "message.timestamp.after.max.ms", "cleanup.policy",
        "min.cleanable.dirty.ratio", "min.compaction.lag.ms", "max.compaction.lag.ms", "delete.retention.ms",
        "file.delete.delay.ms", "preallocate",
    }  # fmt: skip
    assert {each.name.replace("_", ".") for each in fields(LogConfig) if each.init} == known
