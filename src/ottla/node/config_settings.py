"""The settings of each room of a node, from the configuration in force."""

from ottla.groups.config import GroupsConfig
from ottla.log.config import LogConfig
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.topic_defaults import topic_defaults
from ottla.raft.config import QuorumConfig
from ottla.runtime.partitions.upkeep import UpkeepSchedule
from ottla.server.settings import BrokerSettings


def broker_settings(values: BrokerValues) -> BrokerSettings:
    return BrokerSettings(
        fetch_max_bytes=values.number("fetch.max.bytes"),
        auto_create_topics_enable=values.flag("auto.create.topics.enable"),
        num_partitions=values.number("num.partitions"),
        default_replication_factor=values.number("default.replication.factor"),
        offsets_topic_num_partitions=values.number("offsets.topic.num.partitions"),
        offsets_topic_replication_factor=values.number("offsets.topic.replication.factor"),
        partitions_per_answer_max=values.number("max.request.partition.size.limit"),
        request_timeout_s=values.number("request.timeout.ms") / 1000,
    )


def groups_config(values: BrokerValues) -> GroupsConfig:
    return GroupsConfig(
        group_min_session_timeout_ms=values.number("group.min.session.timeout.ms"),
        group_max_session_timeout_ms=values.number("group.max.session.timeout.ms"),
        group_initial_rebalance_delay_ms=values.number("group.initial.rebalance.delay.ms"),
        group_max_size=values.number("group.max.size"),
        offset_metadata_max_bytes=values.number("offset.metadata.max.bytes"),
        offsets_retention_minutes=values.number("offsets.retention.minutes"),
        offsets_retention_check_interval_ms=values.number("offsets.retention.check.interval.ms"),
        offsets_commit_timeout_ms=values.number("offsets.commit.timeout.ms"),
        offsets_topic_compression_codec=values.number("offsets.topic.compression.codec"),
        offsets_load_buffer_size=values.number("offsets.load.buffer.size"),
    )


def quorum_config(values: BrokerValues, *, is_alone: bool) -> QuorumConfig:
    """For a member that `is_alone`: its appends wait for nobody's, unless it is told to linger."""
    linger = "controller.quorum.append.linger.ms"
    return QuorumConfig(
        election_timeout_ms=values.number("controller.quorum.election.timeout.ms"),
        fetch_timeout_ms=values.number("controller.quorum.fetch.timeout.ms"),
        election_backoff_max_ms=values.number("controller.quorum.election.backoff.max.ms"),
        append_linger_ms=0 if is_alone and not values.is_given(linger) else values.number(linger),
        request_timeout_ms=values.number("controller.quorum.request.timeout.ms"),
        retry_backoff_ms=values.number("controller.quorum.retry.backoff.ms"),
        fetch_max_bytes=values.number("controller.quorum.fetch.max.bytes"),
        fetch_snapshot_max_bytes=values.number("controller.quorum.fetch.snapshot.max.bytes"),
        auto_join=values.flag("controller.quorum.auto.join.enable"),
    )


def upkeep_schedule(values: BrokerValues) -> UpkeepSchedule:
    return UpkeepSchedule(
        retention_check_ms=values.number("log.retention.check.interval.ms"),
        high_watermark_checkpoint_ms=values.number("replica.high.watermark.checkpoint.interval.ms"),
        offset_checkpoint_ms=values.number("log.flush.offset.checkpoint.interval.ms"),
        flush_check_ms=values.number("log.flush.scheduler.interval.ms"),
        producer_expiration_check_ms=values.number("producer.id.expiration.check.interval.ms"),
    )


def log_config(values: BrokerValues, overrides: dict[str, str]) -> LogConfig:
    """What a topic with `overrides` obeys on this broker."""
    return LogConfig.of(topic_defaults(values) | overrides)
