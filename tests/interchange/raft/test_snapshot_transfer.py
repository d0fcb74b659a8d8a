"""Snapshots pass between Apache Kafka's controller and ours, in both directions."""

import asyncio
from pathlib import Path

import pytest
from tests.interchange.raft.live_voter import LiveVoter
from tests.interchange.raft.metadata_files import PARTITION, log_batches
from tests.interchange.raft.test_mixed_quorum import controller
from tests.oracle.apache_kafka import CLUSTER_ID, ApacheKafka, run_tool
from tests.oracle.ports import free_ports

from ottla.model.ids import Ticket
from ottla.raft.batches import metadata_batch
from ottla.raft.config import QuorumConfig
from ottla.raft.events import LogCleaned, Proposed, SnapshotCreated
from ottla.raft.positions import EpochAndOffset
from ottla.raft.snapshots import SnapshotReader, snapshot_content, snapshot_name
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.no_op_record import NoOpRecord

pytestmark = pytest.mark.needs("kafka")


def test_our_observer_begins_with_its_snapshot(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_observe(tmp_path), 120))


async def _observe(directory: Path) -> None:
    theirs = ApacheKafka(directory, overrides={"metadata.log.max.record.bytes.between.snapshots": "300"})
    theirs.format()
    (own_port,) = free_ports(1)
    config = QuorumConfig(fetch_snapshot_max_bytes=200)
    ours = LiveVoter(7, {1: theirs.controller_port, 7: own_port}, CLUSTER_ID, config, observes=True)
    try:
        await asyncio.to_thread(theirs.start)
        async with ours:
            await ours.until(lambda: ours.snapshots and len(ours.batches) > 3)
            said = await asyncio.to_thread(_describe, theirs)
    finally:
        theirs.kill()
    assert [line.split()[-1] for line in said.splitlines() if line.startswith("7")] == ["Observer"]
    snapshot, content = max(ours.snapshots.items())
    assert (theirs.data / PARTITION / snapshot_name(snapshot)).read_bytes() == content
    assert ours.quorum.replica.voters.kraft_version == 1
    assert ours.quorum.replica.voter_set.ids == [1]
    held = {batch.base_offset: bytes(batch.data) for batch in log_batches(theirs.data)}
    assert all(held[batch.base_offset] == bytes(batch.data) for batch in ours.batches)


def _describe(theirs: ApacheKafka) -> str:
    tool = "org.apache.kafka.tools.MetadataQuorumCommand"
    return run_tool(tool, "--bootstrap-server", theirs.bootstrap, "describe", "--replication").stdout


def test_its_follower_begins_with_our_snapshot(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_lead_with_a_snapshot(tmp_path), 120))


async def _lead_with_a_snapshot(directory: Path) -> None:
    (own_port,) = free_ports(1)
    theirs = controller(directory, own_port)
    config = QuorumConfig(election_timeout_ms=50)
    ours = LiveVoter(2, {1: theirs.controller_port, 2: own_port}, CLUSTER_ID, config)
    try:
        async with ours:
            starting = asyncio.create_task(asyncio.to_thread(theirs.start))
            await ours.until(lambda: ours.leads is not None)
            level = FeatureLevelRecord(name="metadata.version", feature_level=25)
            _propose(ours, [(level, 0)])
            await ours.until(lambda: ours.committed == ours.quorum.log_end_offset)
            await starting
            theirs.kill()
            # It comes back with an empty log: only the snapshot can help it.
            for path in (theirs.data / PARTITION).iterdir():
                path.unlink()
            snapshot = EpochAndOffset(ours.quorum.epoch, ours.committed)
            content = snapshot_content(snapshot, [(level, 0)], last_contained_log_timestamp_ms=1, now_ms=1)
            ours.snapshots[snapshot] = b"".join(content)
            ours.step(SnapshotCreated(snapshot, len(ours.snapshots[snapshot])))
            ours.step(LogCleaned(snapshot))
            starting = asyncio.create_task(asyncio.to_thread(theirs.start))
            await ours.until(lambda: "FetchSnapshotRequest" in ours.asked)
            await ours.until(lambda: ours.leads is not None)
            _propose(ours, [(NoOpRecord(), 0)])
            await ours.until(lambda: ours.committed == ours.quorum.log_end_offset > snapshot.offset)
            await starting
    finally:
        theirs.kill()
    stored = (theirs.data / PARTITION / snapshot_name(snapshot)).read_bytes()
    reader = SnapshotReader()
    assert [record for batch in reader.feed(stored) for record in batch] == [level]
    reader.finish()
    assert log_batches(theirs.data)[0].base_offset == snapshot.offset


def _propose(ours: LiveVoter, records: list[tuple[object, int]]) -> None:
    ours.step(Proposed(Ticket(1), ours.leads or 0, (metadata_batch(records, 1_000),)))  # type: ignore[arg-type]
