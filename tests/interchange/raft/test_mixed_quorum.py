"""A quorum of Apache Kafka's controller and a voter of ours: each follows the other, their logs are equal."""

import asyncio
from pathlib import Path

import pytest
from tests.interchange.raft.live_voter import LiveVoter
from tests.interchange.raft.metadata_files import log_batches
from tests.oracle.apache_kafka import CLUSTER_ID, ApacheKafka
from tests.oracle.ports import free_ports

from ottla.model.ids import Ticket
from ottla.raft.batches import metadata_batch
from ottla.raft.config import QuorumConfig
from ottla.raft.election_state import decode_quorum_state
from ottla.raft.events import Proposed
from ottla.raft.states.follower import Follower
from ottla.wire.messages.no_op_record import NoOpRecord

pytestmark = pytest.mark.needs("kafka")
PATIENT = QuorumConfig(election_timeout_ms=60_000, fetch_timeout_ms=60_000)
EAGER = QuorumConfig(election_timeout_ms=50)


def controller(directory: Path, own_port: int) -> ApacheKafka:
    """Node 1, a controller alone, in a static quorum with node 2."""
    node = ApacheKafka(directory, static_voter=True)
    node.overrides = {
        "process.roles": "controller",
        "listeners": f"CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"CONTROLLER://127.0.0.1:{node.controller_port}",
        "controller.quorum.voters": f"1@127.0.0.1:{node.controller_port},2@127.0.0.1:{own_port}",
    }
    node.format()
    return node


def test_leadership_passes_both_ways_and_the_logs_stay_equal(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_both_lead(tmp_path), 120))


async def _both_lead(directory: Path) -> None:
    (own_port,) = free_ports(1)
    theirs = controller(directory, own_port)
    # It does not ask for elections: Apache Kafka leads first, with our vote.
    ours = LiveVoter(2, {1: theirs.controller_port, 2: own_port}, CLUSTER_ID, PATIENT)
    try:
        async with ours:
            await _follow_then_lead(theirs, ours)
    finally:
        theirs.kill()
    held = [bytes(batch.data) for batch in log_batches(theirs.data)]
    assert [bytes(batch.data) for batch in ours.batches] == held
    assert len({batch.epoch for batch in ours.batches}) >= 2


async def _follow_then_lead(theirs: ApacheKafka, ours: LiveVoter) -> None:
    await asyncio.to_thread(theirs.start)
    await ours.until(lambda: ours.committed > 10)
    assert isinstance(ours.quorum.replica.state, Follower)
    assert decode_quorum_state(ours.quorum_state).leader_id == 1

    ours.quorum.replica.config = EAGER
    await asyncio.to_thread(theirs.stop)
    assert "EndQuorumEpochRequest" in ours.asked
    starting = asyncio.create_task(asyncio.to_thread(theirs.start))
    await ours.until(lambda: ours.leads is not None)
    for ticket in range(3):
        ours.step(Proposed(Ticket(ticket), ours.leads or 0, (metadata_batch([(NoOpRecord(), 0)], 1_000),)))
    end = ours.quorum.log_end_offset
    await ours.until(lambda: ours.committed >= end)
    await starting
