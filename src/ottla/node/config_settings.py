"""The settings of each room of a node, from the configuration in force."""

from ottla.controller.settings import ConfigRules, ControllerConfig
from ottla.groups.config import GroupsConfig
from ottla.log.config import LogConfig
from ottla.model.config.broker_values import BrokerValues
from ottla.raft.batches import BATCH_BYTES_MAX
from ottla.raft.config import QuorumConfig
from ottla.raft.snapshot_policy import SnapshotRetention, SnapshotSchedule
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
        controller_socket_timeout_s=values.number("controller.socket.timeout.ms") / 1000,
        offsets_topic_segment_bytes=values.number("offsets.topic.segment.bytes"),
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
        offset_checkpoint_ms=min(
            values.number("log.flush.offset.checkpoint.interval.ms"),
            values.number("log.flush.start.offset.checkpoint.interval.ms"),
        ),
        flush_check_ms=values.number("log.flush.scheduler.interval.ms"),
        producer_expiration_check_ms=values.number("producer.id.expiration.check.interval.ms"),
    )


def metadata_log_config(values: BrokerValues) -> LogConfig:
    """What the metadata log obeys; its own retention deletes whole snapshots and what lies before them."""
    internal = values.optional_number("internal.metadata.log.segment.bytes")
    return LogConfig(
        segment_bytes=values.number("metadata.log.segment.bytes") if internal is None else internal,
        segment_ms=values.number("metadata.log.segment.ms"),
        max_message_bytes=BATCH_BYTES_MAX,
        file_delete_delay_ms=values.number("internal.metadata.delete.delay.millis"),
    )


def snapshot_schedule(values: BrokerValues, now_mono_ms: int) -> SnapshotSchedule:
    return SnapshotSchedule(
        values.number("metadata.log.max.record.bytes.between.snapshots"),
        values.number("metadata.log.max.snapshot.interval.ms"),
        now_mono_ms,
    )


def snapshot_retention(values: BrokerValues) -> SnapshotRetention:
    return SnapshotRetention(
        values.number("metadata.max.retention.bytes"), values.number("metadata.max.retention.ms")
    )


def controller_config(
    values: BrokerValues,
    *,
    cluster_id: str,
    rules: ConfigRules,
    voter_ids: tuple[int, ...],
    kraft_version: int,
) -> ControllerConfig:
    return ControllerConfig(
        node_id=values.number("node.id"),
        cluster_id=cluster_id,
        rules=rules,
        voter_ids=voter_ids,
        kraft_version=kraft_version,
        delete_topic_enable=values.flag("delete.topic.enable"),
        default_replication_factor=values.number("default.replication.factor"),
        num_partitions=values.number("num.partitions"),
        min_insync_replicas=values.number("min.insync.replicas"),
        unclean_leader_election_enable=values.flag("unclean.leader.election.enable"),
        broker_session_timeout_ms=values.number("broker.session.timeout.ms"),
        max_idle_interval_ms=values.number("metadata.max.idle.interval.ms"),
        auto_leader_rebalance_enable=values.flag("auto.leader.rebalance.enable"),
        leader_imbalance_check_interval_ms=1000 * values.number("leader.imbalance.check.interval.seconds"),
        unclean_leader_election_interval_ms=values.number("unclean.leader.election.interval.ms"),
    )
