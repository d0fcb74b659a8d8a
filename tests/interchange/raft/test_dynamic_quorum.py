"""Controllers of both kinds join each other's dynamic quorums by themselves, vote, and are removed."""

import asyncio
from pathlib import Path

import pytest
from tests.interchange.raft.live_voter import DIRECTORY, LiveVoter
from tests.interchange.raft.metadata_files import log_batches
from tests.oracle.apache_kafka import CLUSTER_ID, ApacheKafka, run_tool
from tests.oracle.ports import free_ports

from ottla.model.ids import Ticket
from ottla.model.uuid import uuid_text
from ottla.raft.batches import metadata_batch
from ottla.raft.config import QuorumConfig
from ottla.raft.events import Proposed
from ottla.wire.messages.feature_level_record import FeatureLevelRecord

pytestmark = pytest.mark.needs("kafka")


def test_a_controller_of_ours_joins_and_is_removed(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_join(tmp_path), 120))


async def _join(directory: Path) -> None:
    theirs = ApacheKafka(directory)
    theirs.format()
    (own_port,) = free_ports(1)
    config = QuorumConfig(auto_join=True, fetch_timeout_ms=500)
    ours = LiveVoter(2, {1: theirs.controller_port, 2: own_port}, CLUSTER_ID, config, observes=True)
    replica = ours.quorum.replica
    try:
        await asyncio.to_thread(theirs.start)
        async with ours:
            await ours.until(lambda: replica.is_voter)
            joined_at = replica.voters.last_offset or 0
            await ours.until(lambda: ours.committed > joined_at + 1)
            said = await asyncio.to_thread(_describe, theirs)
            assert {line.split()[0]: line.split()[-1] for line in said[1:]} == {
                "1": "Leader",
                "2": "Follower",
            }
            assert "ApiVersionsRequest" in ours.asked

            replica.config = QuorumConfig(fetch_timeout_ms=500)
            await asyncio.to_thread(_remove, theirs)
            await ours.until(lambda: not replica.is_voter)
            removed_at = replica.voters.last_offset or 0
            await ours.until(lambda: ours.committed > removed_at)
    finally:
        theirs.kill()
    assert replica.voter_set.ids == [1]
    held = {batch.base_offset: bytes(batch.data) for batch in log_batches(theirs.data)}
    assert all(held[batch.base_offset] == bytes(batch.data) for batch in ours.batches)


def test_its_controller_joins_a_quorum_of_ours(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_be_joined(tmp_path), 120))


async def _be_joined(directory: Path) -> None:
    (own_port,) = free_ports(1)
    theirs = ApacheKafka(directory)
    theirs.overrides = {
        "process.roles": "controller",
        "listeners": f"CONTROLLER://127.0.0.1:{theirs.controller_port}",
        "advertised.listeners": f"CONTROLLER://127.0.0.1:{theirs.controller_port}",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{own_port}",
        "controller.quorum.auto.join.enable": "true",
    }
    arguments = ("format", "-t", CLUSTER_ID, "-c", str(theirs.configure()), "--no-initial-controllers")
    assert run_tool("kafka.tools.StorageTool", *arguments).returncode == 0
    ports = {2: own_port, 1: theirs.controller_port}
    ours = LiveVoter(2, ports, CLUSTER_ID, QuorumConfig(), stands_alone=True)
    replica = ours.quorum.replica
    try:
        async with ours:
            await ours.until(lambda: ours.leads is not None)
            starting = asyncio.create_task(asyncio.to_thread(theirs.start))
            await ours.until(lambda: replica.voter_set.ids == [1, 2])
            await ours.until(lambda: ours.committed == ours.quorum.log_end_offset)
            assert "AddRaftVoterRequest" in ours.asked
            level = FeatureLevelRecord(name="metadata.version", feature_level=25)
            batch = metadata_batch([(level, 0)], 1_000)
            ours.step(Proposed(Ticket(1), ours.leads or 0, (batch,)))
            await ours.until(lambda: ours.committed == ours.quorum.log_end_offset)
            await starting
    finally:
        theirs.kill()
    assert [bytes(b.data) for b in log_batches(theirs.data)] == [bytes(b.data) for b in ours.batches]


def _describe(theirs: ApacheKafka) -> list[str]:
    done = _quorum_tool(theirs, "describe", "--replication")
    return [line for line in done.splitlines() if line.strip()]


def _remove(theirs: ApacheKafka) -> None:
    _quorum_tool(
        theirs,
        "remove-controller",
        "--controller-id",
        "2",
        "--controller-directory-id",
        uuid_text(DIRECTORY),
    )


def _quorum_tool(theirs: ApacheKafka, *arguments: str) -> str:
    tool = "org.apache.kafka.tools.MetadataQuorumCommand"
    done = run_tool(tool, "--bootstrap-server", theirs.bootstrap, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
