"""What is configured at the start, or altered later, is what a running node does with its topics."""

import time
from pathlib import Path

import pytest

from ottla.model.errors import ErrorCode
from ottla.records.batch import read_header
from ottla.records.compression import Codec
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest
from ottla.wire.messages.describe_log_dirs_request import DescribeLogDirsRequest
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from tests.e2e.served import Served, eventually, serving
from tests.unit.server.configs.conversation import BROKER, SET, TOPIC, change


def test_auto_create_topics_enable_false_leaves_unknown_topics_unknown(tmp_path: Path) -> None:
    with serving(tmp_path, "auto.create.topics.enable=false") as node:
        node.metadata("t", create=True)
        time.sleep(0.3)
        assert node.metadata("t").topics[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_num_partitions_is_how_many_a_new_topic_gets(tmp_path: Path) -> None:
    with serving(tmp_path, "num.partitions=3") as node:
        assert node.create("t", partitions=-1) is ErrorCode.NONE
        assert len(node.metadata("t").topics[0].partitions) == 3


def test_default_replication_factor_is_how_many_replicas_a_new_topic_wants(tmp_path: Path) -> None:
    with serving(tmp_path, "default.replication.factor=2") as node:
        assert node.create("t") is ErrorCode.INVALID_REPLICATION_FACTOR


def test_delete_topic_enable_false_keeps_topics(tmp_path: Path) -> None:
    with serving(tmp_path, "delete.topic.enable=false") as node:
        node.create("t")
        answer = node.ask(DeleteTopicsRequest(topic_names=["t"], timeout_ms=5_000), 4)
        assert answer.responses[0].error_code == ErrorCode.TOPIC_DELETION_DISABLED


def test_message_max_bytes_bounds_a_batch(tmp_path: Path) -> None:
    with serving(tmp_path, "message.max.bytes=1000") as node:
        node.create("t")
        node.create("own", max_message_bytes="3000")
        assert node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE
        assert node.produce("t", 200) is ErrorCode.NONE
        assert node.produce("own", 2_000) is ErrorCode.NONE


def test_fetch_max_bytes_bounds_an_answer(tmp_path: Path) -> None:
    with serving(tmp_path, "fetch.max.bytes=1500") as node:
        node.create("t")
        for _ in range(4):
            node.produce("t", 1_000)
        assert 1_000 < len(node.fetch("t")) <= 1_500


def test_compression_type_compresses_what_comes(tmp_path: Path) -> None:
    with serving(tmp_path, "compression.type=gzip", "compression.gzip.level=9") as node:
        node.create("t")
        node.produce("t", 5_000)
        stored = node.fetch("t")
        assert read_header(stored).attributes & 7 == Codec.GZIP
        assert len(stored) < 1_000


def test_log_message_timestamp_after_max_ms_bounds_times(tmp_path: Path) -> None:
    with serving(tmp_path, "log.message.timestamp.after.max.ms=1000") as node:
        node.create("t")
        later_ms = int((time.time() + 60) * 1000)
        assert node.produce("t", timestamp=later_ms) is ErrorCode.INVALID_TIMESTAMP


def test_old_segments_go_when_retention_is_checked(tmp_path: Path) -> None:
    keys = ("log.roll.ms=1", "log.retention.ms=1", "log.retention.check.interval.ms=50")
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: node.first_offset("t") == 1)


def test_log_segment_delete_delay_ms_is_how_long_files_stay(tmp_path: Path) -> None:
    keys = (
        "log.roll.ms=1",
        "log.retention.ms=1",
        "log.retention.check.interval.ms=50",
        "log.segment.delete.delay.ms=0",
    )
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: node.first_offset("t") == 1)
        eventually(lambda: not list((tmp_path / "data/t-0").glob("*.deleted")))


def test_checkpoints_are_written_as_often_as_configured(tmp_path: Path) -> None:
    keys = ("replica.high.watermark.checkpoint.interval.ms=50", "log.flush.offset.checkpoint.interval.ms=50")
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: "t 0 1" in _text(tmp_path / "data/replication-offset-checkpoint"))
        eventually(lambda: "t 0 0" in _text(tmp_path / "data/recovery-point-offset-checkpoint"))


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_log_flush_interval_ms_syncs_by_time(tmp_path: Path) -> None:
    keys = (
        "log.flush.interval.ms=1",
        "log.flush.scheduler.interval.ms=50",
        "log.flush.offset.checkpoint.interval.ms=50",
    )
    with serving(tmp_path, *keys) as node:
        node.create("t")
        node.produce("t")
        eventually(lambda: "t 0 1" in _text(tmp_path / "data/recovery-point-offset-checkpoint"))


def test_log_dirs_hold_the_partitions_and_metadata_log_dir_the_metadata(tmp_path: Path) -> None:
    directories = f"{tmp_path / 'one'},{tmp_path / 'two'}"
    keys = (f"log.dirs={directories}", f"metadata.log.dir={tmp_path / 'meta'}")
    with serving(tmp_path, *keys) as node:
        node.create("t", partitions=2)
        answer = node.ask(DescribeLogDirsRequest(topics=None), 1)
        assert {result.log_dir for result in answer.results if result.topics} == set(directories.split(","))
        assert (tmp_path / "meta/__cluster_metadata-0").is_dir()


def test_keys_of_the_offsets_topic_shape_it(tmp_path: Path) -> None:
    keys = ("offsets.topic.num.partitions=2", "offsets.topic.segment.bytes=2000000")
    with serving(tmp_path, *keys) as node:
        eventually(lambda: node.ask(FindCoordinatorRequest(key="g"), 0).error_code == ErrorCode.NONE)
        assert len(node.metadata("__consumer_offsets").topics[0].partitions) == 2
        assert node.configs("__consumer_offsets")["segment.bytes"] == "2000000"


def test_too_many_replicas_of_the_offsets_topic_can_not_be_made(tmp_path: Path) -> None:
    with serving(tmp_path, "offsets.topic.replication.factor=3") as node:
        for _ in range(5):
            answer = node.ask(FindCoordinatorRequest(key="g"), 0)
            assert answer.error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE


def test_session_timeouts_of_classic_groups_are_bounded(tmp_path: Path) -> None:
    keys = ("group.min.session.timeout.ms=5000", "group.max.session.timeout.ms=7000")
    with serving(tmp_path, *keys) as node:
        eventually(lambda: node.ask(FindCoordinatorRequest(key="g"), 0).error_code == ErrorCode.NONE)
        found = []
        for timeout_ms in (4_999, 7_001):
            request = JoinGroupRequest(
                group_id="g",
                session_timeout_ms=timeout_ms,
                rebalance_timeout_ms=1_000,
                protocol_type="consumer",
                protocols=[JoinGroupRequestProtocol(name="range", metadata=b"")],
            )
            found.append(node.ask(request, 5).error_code)
        assert found == [ErrorCode.INVALID_SESSION_TIMEOUT] * 2


def test_what_a_topic_is_altered_to_is_in_force_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as node:
        node.create("t")
        assert node.produce("t", 2_000) is ErrorCode.NONE
        node.ask(*change(TOPIC, "t", (SET, "max.message.bytes", "1000")))
        eventually(lambda: node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE)


@pytest.mark.parametrize("broker", ["1", ""])
def test_what_brokers_are_altered_to_is_in_force_at_once_for_topics_that_are_silent(
    tmp_path: Path, broker: str
) -> None:
    with serving(tmp_path) as node:
        node.create("t")
        node.create("own", max_message_bytes="5000")
        node.ask(*change(BROKER, broker, (SET, "message.max.bytes", "1000")))
        eventually(lambda: node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE)
        assert node.produce("own", 2_000) is ErrorCode.NONE


def test_alterations_of_brokers_outlive_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as node:
        node.create("t")
        node.ask(*change(BROKER, "", (SET, "message.max.bytes", "1000")))
        eventually(lambda: node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE)
    with serving(tmp_path) as node:
        assert node.produce("t", 2_000) is ErrorCode.MESSAGE_TOO_LARGE


def test_the_cleaner_looks_again_after_its_backoff(tmp_path: Path) -> None:
    with serving(tmp_path, "log.cleaner.backoff.ms=50") as node:
        _fill_a_compacted_topic(node)
        eventually(lambda: read_header(node.fetch("t")).base_offset > 0)


def test_log_cleaner_enable_false_leaves_every_record(tmp_path: Path) -> None:
    with serving(tmp_path, "log.cleaner.backoff.ms=50", "log.cleaner.enable=false") as node:
        _fill_a_compacted_topic(node)
        time.sleep(0.5)
        assert read_header(node.fetch("t")).base_offset == 0


def _fill_a_compacted_topic(node: Served) -> None:
    """Each record replaces the one before it, and all but the last lie in segments that are full."""
    node.create("t", cleanup_policy="compact", segment_ms="1", min_cleanable_dirty_ratio="0")
    for timestamp in (1_000, 1_100, 1_200):
        node.produce("t", timestamp=timestamp)


def test_producer_id_expiration_ms_is_how_long_a_silent_producer_is_known(tmp_path: Path) -> None:
    keys = ("producer.id.expiration.ms=200", "producer.id.expiration.check.interval.ms=50")
    with serving(tmp_path, *keys) as node:
        node.create("t")
        assert node.produce("t", producer_id=5, sequence=0) is ErrorCode.NONE
        assert node.produce("t", producer_id=5, sequence=9) is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
        time.sleep(0.5)
        assert node.produce("t", producer_id=5, sequence=9) is ErrorCode.NONE
