"""Metadata files of Apache Kafka are read and written byte for byte, and ours by its tools."""

from pathlib import Path

import pytest
from tests.interchange.raft.metadata_files import PARTITION, built_again, log_batches
from tests.oracle.apache_kafka import ApacheKafka, run_tool
from tests.unit.raft.replica_on_paper import PaperReplica

from ottla.metadata.image import EMPTY
from ottla.metadata.replay import apply
from ottla.raft.batches import read_batches, read_metadata_records
from ottla.raft.control_records import recover_voters
from ottla.raft.election_state import decode_quorum_state, encode_quorum_state
from ottla.raft.positions import BOOTSTRAP_SNAPSHOT, EpochAndOffset
from ottla.raft.snapshots import snapshot_content, snapshot_name
from ottla.raft.voters import VoterSet
from ottla.wire.messages.feature_level_record import FeatureLevelRecord

pytestmark = pytest.mark.needs("kafka")


@pytest.fixture(scope="module", params=["standalone", "static voter"])
def stopped_node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ApacheKafka:
    """A node that has run for a moment."""
    node = ApacheKafka(tmp_path_factory.mktemp("kafka"), static_voter=request.param == "static voter")
    node.format()
    node.start()
    node.stop()
    return node


def test_its_log_is_read_and_built_again_byte_for_byte(stopped_node: ApacheKafka) -> None:
    batches = log_batches(stopped_node.data)
    assert len(batches) > 3
    assert batches[0].is_control
    for batch in batches:
        assert built_again(batch) == bytes(batch.data)


def test_its_records_make_an_image(stopped_node: ApacheKafka) -> None:
    image = EMPTY
    for batch in log_batches(stopped_node.data):
        for record in [] if batch.is_control else read_metadata_records(batch):
            if "Transaction" not in type(record).__name__:
                image = apply(image, record)
    assert [broker.id for broker in image.brokers.sorted()] == [1]


def test_its_quorum_state_is_read_and_written_byte_for_byte(stopped_node: ApacheKafka) -> None:
    content = (stopped_node.data / PARTITION / "quorum-state").read_bytes()
    state = decode_quorum_state(content)
    assert state.leader_id == 1
    assert encode_quorum_state(state, 0 if stopped_node.static_voter else 1, [1]) == content


def test_its_checkpoints_are_built_again_byte_for_byte(stopped_node: ApacheKafka) -> None:
    checkpoints = sorted(stopped_node.data.rglob("*.checkpoint"))
    assert stopped_node.data / "bootstrap.checkpoint" in checkpoints
    for checkpoint in checkpoints:
        content = checkpoint.read_bytes()
        assert b"".join(built_again(batch) for batch in read_batches(content)) == content


def test_its_voters_are_found(stopped_node: ApacheKafka) -> None:
    if stopped_node.static_voter:
        return
    first = (stopped_node.data / PARTITION / snapshot_name(BOOTSTRAP_SNAPSHOT)).read_bytes()
    history = recover_voters(VoterSet.of(), BOOTSTRAP_SNAPSHOT, first, log_batches(stopped_node.data))
    assert history.kraft_version == 1
    assert history.last.by_id[1].endpoints["CONTROLLER"].port == stopped_node.controller_port
    assert history.last_offset is not None
    assert history.last_offset >= 0


def test_our_log_is_read_by_its_dump_tool(tmp_path: Path) -> None:
    replica = PaperReplica()
    replica.start()
    replica.propose(FeatureLevelRecord(name="metadata.version", feature_level=25))
    segment = tmp_path / "00000000000000000000.log"
    segment.write_bytes(b"".join(bytes(batch.data) for batch in replica.batches))
    said = dump(segment)
    assert "isvalid: true" in said
    assert (
        'LeaderChange: {"version":0,"leaderId":1,"voters":[{"voterId":1}],"grantingVoters":[{"voterId":1}]}'
        in said
    )
    assert (
        '{"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":"metadata.version","featureLevel":25}}'
        in said
    )


def test_our_snapshot_is_read_by_its_dump_tool(tmp_path: Path) -> None:
    snapshot = EpochAndOffset(epoch=3, offset=40)
    path = tmp_path / snapshot_name(snapshot)
    level = FeatureLevelRecord(name="metadata.version", feature_level=25)
    content = snapshot_content(snapshot, [(level, 0)], last_contained_log_timestamp_ms=7, now_ms=9)
    path.write_bytes(b"".join(content))
    said = dump(path)
    assert 'SnapshotHeader {"version":0,"lastContainedLogTimestamp":7}' in said
    assert 'SnapshotFooter {"version":0}' in said
    assert '"FEATURE_LEVEL_RECORD"' in said


def dump(path: Path) -> str:
    done = run_tool(
        "org.apache.kafka.tools.DumpLogSegments", "--cluster-metadata-decoder", "--files", str(path)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
