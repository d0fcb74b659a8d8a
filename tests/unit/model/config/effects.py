"""Where the effect of each key is seen: tests by what they look at, and the keys that they see at work."""

from collections.abc import Mapping
from typing import Final

Effects = Mapping[str, tuple[str, ...]]

BROKER_EFFECTS: Final[Effects] = {
    "e2e/test_start_configs.py::test_auto_create_topics_enable_false_leaves_unknown_topics_unknown": (
        "auto.create.topics.enable",
    ),
    "e2e/test_start_configs.py::test_num_partitions_is_how_many_a_new_topic_gets": ("num.partitions",),
    "e2e/test_start_configs.py::test_default_replication_factor_is_how_many_replicas_a_new_topic_wants": (
        "default.replication.factor",
    ),
    "e2e/test_start_configs.py::test_delete_topic_enable_false_keeps_topics": ("delete.topic.enable",),
    "e2e/test_start_configs.py::test_message_max_bytes_bounds_a_batch": ("message.max.bytes",),
    "e2e/test_start_configs.py::test_fetch_max_bytes_bounds_an_answer": ("fetch.max.bytes",),
    "e2e/test_start_configs.py::test_compression_type_compresses_what_comes": (
        "compression.gzip.level",
        "compression.type",
    ),
    "unit/records/test_compression.py::test_every_level_that_kafka_takes_works": (
        "compression.lz4.level",
        "compression.zstd.level",
    ),
    "e2e/test_start_configs.py::test_log_message_timestamp_after_max_ms_bounds_times": (
        "log.message.timestamp.after.max.ms",
    ),
    "e2e/test_start_configs.py::test_old_segments_go_when_retention_is_checked": (
        "log.retention.check.interval.ms",
        "log.retention.ms",
        "log.roll.ms",
    ),
    "e2e/test_start_configs.py::test_log_segment_delete_delay_ms_is_how_long_files_stay": (
        "log.segment.delete.delay.ms",
    ),
    "e2e/test_start_configs.py::test_checkpoints_are_written_as_often_as_configured": (
        "log.flush.offset.checkpoint.interval.ms",
        "log.flush.start.offset.checkpoint.interval.ms",
        "replica.high.watermark.checkpoint.interval.ms",
    ),
    "e2e/test_start_configs.py::test_log_flush_interval_ms_syncs_by_time": (
        "log.flush.interval.ms",
        "log.flush.scheduler.interval.ms",
    ),
    "e2e/test_start_configs.py::test_log_dirs_hold_the_partitions_and_metadata_log_dir_the_metadata": (
        "log.dirs",
        "metadata.log.dir",
    ),
    "e2e/test_start_configs.py::test_keys_of_the_offsets_topic_shape_it": (
        "offsets.topic.num.partitions",
        "offsets.topic.segment.bytes",
    ),
    "e2e/test_start_configs.py::test_too_many_replicas_of_the_offsets_topic_can_not_be_made": (
        "offsets.topic.replication.factor",
    ),
    "e2e/test_start_configs.py::test_session_timeouts_of_classic_groups_are_bounded": (
        "group.max.session.timeout.ms",
        "group.min.session.timeout.ms",
    ),
    "e2e/test_start_configs.py::test_the_cleaner_looks_again_after_its_backoff": ("log.cleaner.backoff.ms",),
    "e2e/test_start_configs.py::test_log_cleaner_enable_false_leaves_every_record": ("log.cleaner.enable",),
    "e2e/test_start_configs.py::test_producer_id_expiration_ms_is_how_long_a_silent_producer_is_known": (
        "producer.id.expiration.check.interval.ms",
        "producer.id.expiration.ms",
    ),
    "e2e/test_start_node_configs.py::test_advertised_listeners_are_what_clients_are_told": (
        "advertised.listeners",
    ),
    "e2e/test_start_node_configs.py::test_broker_rack_is_told_to_clients": ("broker.rack",),
    "e2e/test_start_node_configs.py::"
    "test_a_broker_whose_heartbeats_are_further_apart_than_its_session_is_fenced": (
        "broker.heartbeat.interval.ms",
        "broker.session.timeout.ms",
    ),
    "e2e/test_start_node_configs.py::test_connections_max_idle_ms_closes_silent_connections": (
        "connections.max.idle.ms",
    ),
    "e2e/test_start_node_configs.py::test_max_connections_lets_one_more_wait": ("max.connections",),
    "e2e/test_start_node_configs.py::test_max_connections_per_ip_refuses_one_more": (
        "max.connections.per.ip",
    ),
    "unit/server/test_connection_limits.py::test_an_address_may_have_a_limit_of_its_own": (
        "max.connections.per.ip.overrides",
    ),
    "e2e/test_start_node_configs.py::test_socket_listen_backlog_size_bounds_who_waits_to_be_accepted": (
        "socket.listen.backlog.size",
    ),
    "e2e/test_start_node_configs.py::test_socket_request_max_bytes_bounds_a_request": (
        "socket.request.max.bytes",
    ),
    "e2e/test_start_node_configs.py::test_max_request_partition_size_limit_bounds_an_answer": (
        "max.request.partition.size.limit",
    ),
    "e2e/test_start_node_configs.py::test_fetch_sessions_are_kept_as_many_as_there_are_slots": (
        "max.incremental.fetch.session.cache.slots",
    ),
    "e2e/test_start_node_configs.py::test_controlled_shutdown_enable_false_leaves_at_once": (
        "controlled.shutdown.enable",
    ),
    "e2e/test_start_node_configs.py::test_server_max_startup_time_ms_bounds_the_start": (
        "server.max.startup.time.ms",
    ),
    "e2e/test_start_node_configs.py::test_metadata_snapshots_are_made_after_so_many_bytes": (
        "metadata.log.max.record.bytes.between.snapshots",
    ),
    "e2e/test_start_node_configs.py::test_metadata_snapshots_are_made_after_so_much_time": (
        "metadata.log.max.snapshot.interval.ms",
    ),
    "unit/raft/test_snapshots.py::test_the_log_begins_with_the_next_snapshot_when_it_is_large_or_old": (
        "metadata.max.retention.bytes",
        "metadata.max.retention.ms",
    ),
    "unit/runtime/test_controller_channel.py::test_without_an_answer_in_time_the_controller_is_unreachable": (
        "controller.socket.timeout.ms",
        "request.timeout.ms",
    ),
    "unit/runtime/test_controller_channel.py::"
    "test_a_broker_gives_up_when_no_controller_registers_it_in_time": (
        "initial.broker.registration.timeout.ms",
    ),
    "unit/node/test_config.py::test_a_combined_node_has_both_roles": (
        "controller.listener.names",
        "node.id",
        "process.roles",
    ),
    "unit/node/test_config.py::test_broker_id_is_an_older_name_of_node_id": ("broker.id",),
    "unit/node/test_config.py::test_the_metadata_log_lives_in_the_first_directory": ("log.dir",),
    "unit/node/test_config.py::test_listeners_are_bound_as_written": ("listeners",),
    "unit/node/test_config.py::test_a_controller_bound_to_every_address_is_found_through_the_voters": (
        "controller.quorum.voters",
    ),
    "unit/node/test_config_against_kafka.py::test_of_listeners_and_voters": (
        "controller.quorum.bootstrap.servers",
        "inter.broker.listener.name",
        "listener.security.protocol.map",
        "security.inter.broker.protocol",
    ),
    "unit/raft/test_quorum_of_one.py::test_appends_gather_for_the_linger_time": (
        "controller.quorum.append.linger.ms",
    ),
    "unit/raft/test_vote.py::test_a_candidate_without_an_answer_asks_for_pre_votes_again": (
        "controller.quorum.election.backoff.max.ms",
        "controller.quorum.election.timeout.ms",
    ),
    "unit/raft/test_replication.py::test_who_hears_nothing_asks_for_an_election": (
        "controller.quorum.fetch.timeout.ms",
    ),
    "unit/raft/test_simulation.py::test_three_voters_keep_their_promises": (
        "controller.quorum.fetch.max.bytes",
        "controller.quorum.fetch.snapshot.max.bytes",
    ),
    "unit/raft/test_connections.py::"
    "test_an_answer_after_the_time_limit_is_not_awaited_once_it_is_asked_again": (
        "controller.quorum.request.timeout.ms",
    ),
    "unit/raft/test_connections.py::test_after_a_failure_it_is_left_alone_for_a_while": (
        "controller.quorum.retry.backoff.ms",
    ),
    "unit/controller/test_activation.py::test_preferred_leaders_come_back_every_five_minutes": (
        "auto.leader.rebalance.enable",
        "leader.imbalance.check.interval.seconds",
    ),
    "unit/controller/test_activation.py::"
    "test_leaderless_partitions_get_an_unclean_leader_where_their_topic_allows_it": (
        "unclean.leader.election.enable",
        "unclean.leader.election.interval.ms",
    ),
    "unit/controller/test_activation.py::test_the_log_moves_on_twice_a_second_when_nothing_happens": (
        "metadata.max.idle.interval.ms",
    ),
    "unit/controller/test_activation.py::"
    "test_with_eligible_leader_replicas_min_insync_replicas_moves_into_the_log": ("min.insync.replicas",),
    "unit/groups/test_first_rebalance.py::"
    "test_the_initial_delay_grows_while_members_come_but_not_above_the_rebalance_timeout": (
        "group.initial.rebalance.delay.ms",
    ),
    "unit/groups/test_group_size.py::test_a_full_group_takes_nobody": ("group.max.size",),
    "unit/groups/test_committing.py::test_metadata_is_measured_as_java_does": ("offset.metadata.max.bytes",),
    "unit/groups/test_group_coordinators.py::test_followers_that_don_t_come_cost_the_answer_after_a_while": (
        "offsets.commit.timeout.ms",
    ),
    "unit/groups/test_group_coordinators.py::test_loading_leaves_the_loop_to_others": (
        "offsets.load.buffer.size",
    ),
    "unit/groups/test_group_coordinators.py::test_records_may_be_compressed": (
        "offsets.topic.compression.codec",
    ),
    "unit/groups/test_expiry.py::"
    "test_whoever_manages_its_partitions_itself_must_commit_within_the_retention": (
        "offsets.retention.check.interval.ms",
        "offsets.retention.minutes",
    ),
    "unit/log/test_cleaner.py::test_a_full_map_ends_the_round_early_and_the_next_goes_on": (
        "log.cleaner.dedupe.buffer.size",
    ),
    "unit/log/test_cleaner.py::test_a_tombstone_stays_for_its_retention_and_then_goes": (
        "log.cleaner.delete.retention.ms",
    ),
    "unit/log/test_cleanable.py::test_records_that_wait_too_long_make_it_due": (
        "log.cleaner.max.compaction.lag.ms",
        "log.cleaner.min.cleanable.ratio",
    ),
    "unit/log/test_cleanable.py::test_young_records_are_not_cleanable": (
        "log.cleaner.min.compaction.lag.ms",
    ),
    "unit/log/test_retention.py::test_a_compacted_topic_keeps_old_segments": ("log.cleanup.policy",),
    "unit/log/test_flushing.py::test_flush_messages_wants_a_sync_by_number": ("log.flush.interval.messages",),
    "unit/log/test_read.py::test_a_catching_up_reader_reads_one_header_for_each_plan": (
        "log.index.interval.bytes",
    ),
    "unit/log/test_retention.py::test_a_full_index_rolls": ("log.index.size.max.bytes",),
    "unit/log/test_append.py::test_times_too_far_back_are_refused_even_when_the_first_record_is_fine": (
        "log.message.timestamp.before.max.ms",
    ),
    "unit/log/test_append.py::test_with_log_append_time_the_log_stamps_its_own": (
        "log.message.timestamp.type",
    ),
    "unit/log/test_loading.py::test_a_preallocated_file_is_read_to_its_true_end": ("log.preallocate",),
    "unit/log/test_retention.py::test_a_log_that_is_too_large_loses_its_oldest": ("log.retention.bytes",),
    "unit/model/config/test_topic_defaults.py::test_hours_and_minutes_become_milliseconds": (
        "log.retention.hours",
        "log.retention.minutes",
        "log.roll.hours",
        "log.roll.jitter.hours",
    ),
    "unit/log/test_retention.py::test_jitter_rolls_earlier": ("log.roll.jitter.ms",),
    "unit/log/test_retention.py::test_a_full_segment_is_rolled": (
        "internal.metadata.log.segment.bytes",
        "log.segment.bytes",
        "metadata.log.segment.bytes",
    ),
    "unit/log/test_retention.py::test_a_segment_is_rolled_when_its_records_span_too_much_time": (
        "metadata.log.segment.ms",
    ),
    "unit/log/test_retention.py::test_deleted_bytes_can_be_read_until_the_delay_is_over": (
        "internal.metadata.delete.delay.millis",
    ),
}

TOPIC_EFFECTS: Final[Effects] = {
    "e2e/test_start_configs.py::test_what_a_topic_is_altered_to_is_in_force_at_once": ("max.message.bytes",),
    "unit/log/test_append.py::test_a_topic_s_own_compression_goes_before_the_producer_s": (
        "compression.type",
    ),
    "unit/records/test_compression.py::test_every_level_that_kafka_takes_works": (
        "compression.gzip.level",
        "compression.lz4.level",
        "compression.zstd.level",
    ),
    "unit/log/test_append.py::test_times_too_far_ahead_are_refused_record_by_record": (
        "message.timestamp.after.max.ms",
    ),
    "unit/log/test_append.py::test_times_too_far_back_are_refused_even_when_the_first_record_is_fine": (
        "message.timestamp.before.max.ms",
    ),
    "unit/log/test_append.py::test_with_log_append_time_the_log_stamps_its_own": ("message.timestamp.type",),
    "unit/log/test_cleanable.py::test_records_that_wait_too_long_make_it_due": ("max.compaction.lag.ms",),
    "unit/log/test_cleanable.py::test_the_dirtiest_goes_first": ("min.cleanable.dirty.ratio",),
    "unit/log/test_cleanable.py::test_young_records_are_not_cleanable": ("min.compaction.lag.ms",),
    "unit/log/test_cleaner.py::test_a_tombstone_stays_for_its_retention_and_then_goes": (
        "delete.retention.ms",
    ),
    "unit/log/test_config.py::test_the_internal_segment_size_goes_first": ("internal.segment.bytes",),
    "unit/log/test_flushing.py::test_flush_messages_wants_a_sync_by_number": ("flush.messages",),
    "unit/log/test_flushing.py::test_flush_ms_syncs_by_time": ("flush.ms",),
    "unit/log/test_loading.py::test_a_preallocated_file_is_read_to_its_true_end": ("preallocate",),
    "unit/log/test_read.py::test_a_catching_up_reader_reads_one_header_for_each_plan": (
        "index.interval.bytes",
    ),
    "unit/log/test_retention.py::test_a_compacted_topic_keeps_old_segments": ("cleanup.policy",),
    "unit/log/test_retention.py::test_a_full_index_rolls": ("segment.index.bytes",),
    "unit/log/test_retention.py::test_a_full_segment_is_rolled": ("segment.bytes",),
    "unit/log/test_retention.py::test_a_log_that_is_too_large_loses_its_oldest": ("retention.bytes",),
    "unit/log/test_retention.py::test_a_segment_is_rolled_when_its_records_span_too_much_time": (
        "segment.ms",
    ),
    "unit/log/test_retention.py::test_deleted_bytes_can_be_read_until_the_delay_is_over": (
        "file.delete.delay.ms",
    ),
    "unit/log/test_retention.py::test_jitter_rolls_earlier": ("segment.jitter.ms",),
    "unit/log/test_retention.py::test_old_segments_go": ("retention.ms",),
    "unit/controller/test_configs.py::test_another_value_clears_the_eligible_replicas": (
        "min.insync.replicas",
    ),
    "unit/controller/test_activation.py::"
    "test_leaderless_partitions_get_an_unclean_leader_where_their_topic_allows_it": (
        "unclean.leader.election.enable",
    ),
}
