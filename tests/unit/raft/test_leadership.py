"""A leader begins its epoch, keeps it while a majority follows, and hands it over when it goes."""

from typing import Any

import pytest
from tests.unit.raft.replica_on_paper import (
    CLUSTER,
    LISTENER,
    PaperReplica,
    a_follower,
    a_leader,
    directory,
    fetch_request,
    fetch_response,
    sent,
)

from ottla.model.errors import ErrorCode
from ottla.raft.effects import (
    BecameLeader,
    HighWatermarkAdvanced,
    LeaderChanged,
    LostLeadership,
    ShutdownCompleted,
)
from ottla.raft.events import ShutdownRequested, Ticked
from ottla.raft.replica import InconsistentQuorum
from ottla.raft.rpcs.end_quorum_epoch import election_backoff_ms
from ottla.raft.rpcs.envelope import TOPIC
from ottla.raft.states.follower import Follower
from ottla.raft.states.prospective import Prospective
from ottla.raft.states.resigned import Resigned
from ottla.raft.states.unattached import Unattached
from ottla.raft.voters import ReplicaKey
from ottla.wire.messages import begin_quorum_epoch_request as begin_messages
from ottla.wire.messages import end_quorum_epoch_request as end_messages
from ottla.wire.messages import end_quorum_epoch_response as ended_messages
from ottla.wire.messages.begin_quorum_epoch_request import BeginQuorumEpochRequest
from ottla.wire.messages.end_quorum_epoch_request import EndQuorumEpochRequest
from ottla.wire.messages.fetch_request import FetchRequest


def begin(
    leader_id: int, epoch: int, *, host: str | None = None, voter_id: int = 1
) -> BeginQuorumEpochRequest:
    partition = begin_messages.PartitionData(
        leader_id=leader_id, leader_epoch=epoch, voter_directory_id=directory(1)
    )
    endpoints = [begin_messages.LeaderEndpoint(name=LISTENER, host=host, port=1)] if host else []
    return BeginQuorumEpochRequest(
        cluster_id=CLUSTER,
        voter_id=voter_id,
        topics=[begin_messages.TopicData(topic_name=TOPIC, partitions=[partition])],
        leader_endpoints=endpoints,
    )


def end(leader_id: int, epoch: int, *candidates: int) -> EndQuorumEpochRequest:
    named = [
        end_messages.ReplicaInfo(candidate_id=node, candidate_directory_id=directory(node))
        for node in candidates
    ]
    partition = end_messages.PartitionData(
        leader_id=leader_id, leader_epoch=epoch, preferred_candidates=named
    )
    return EndQuorumEpochRequest(
        cluster_id=CLUSTER, topics=[end_messages.TopicData(topic_name=TOPIC, partitions=[partition])]
    )


def ended(epoch: int) -> ended_messages.EndQuorumEpochResponse:
    partition = ended_messages.PartitionData(leader_id=1, leader_epoch=epoch)
    return ended_messages.EndQuorumEpochResponse(
        topics=[ended_messages.TopicData(topic_name=TOPIC, partitions=[partition])]
    )


def error_of(replica: PaperReplica, request: Any) -> int:
    return int(replica.answered(request).topics[0].partitions[0].error_code)


def test_a_leader_may_write_once_its_own_epoch_is_committed() -> None:
    leader = a_leader()
    assert leader.quorum.high_watermark is None
    effects = leader.ask(fetch_request(2, 1, last_epoch=1))
    assert effects[:3] == [
        HighWatermarkAdvanced(1),
        LeaderChanged(1, 1, leader.quorum.replica.identity.endpoints),
        BecameLeader(1),
    ]


def test_voters_that_do_not_fetch_are_told_who_leads_again_and_again() -> None:
    leader = a_leader()
    leader.step(Ticked(), at_ms=2_000)
    leader.now_ms = 2_500
    leader.ask(fetch_request(2, 1, last_epoch=1))
    for at_ms, silent in ((3_000, 3), (4_000, 2)):
        effects = leader.step(Ticked(), at_ms=at_ms)
        told = [send.destination.node_id for send in sent(effects, BeginQuorumEpochRequest)]
        assert told == [silent]


def test_a_leader_that_a_majority_does_not_fetch_from_resigns() -> None:
    leader = a_leader()
    leader.now_ms = 3_000
    leader.ask(fetch_request(3, 1, last_epoch=1))
    leader.step(Ticked(), at_ms=5_999)
    assert leader.quorum.leader_id == 1
    effects = leader.step(Ticked(), at_ms=6_000)
    assert LostLeadership(1) in effects
    assert isinstance(leader.quorum.replica.state, Resigned)
    asked = sent(effects, EndQuorumEpochRequest)
    named = asked[0].request.topics[0].partitions[0].preferred_candidates  # type: ignore[attr-defined]
    assert [candidate.candidate_id for candidate in named] == [3, 2]


def test_who_leaves_as_leader_hands_over_and_waits_for_the_next() -> None:
    leader = a_leader()
    leader.ask(fetch_request(2, 1, last_epoch=1))
    asked = sent(leader.step(ShutdownRequested(5_000)), EndQuorumEpochRequest)
    assert [send.destination.node_id for send in asked] == [2, 3]
    for send in asked:
        assert not sent(leader.respond(send, ended(1)), EndQuorumEpochRequest)
    effects = leader.ask(begin(2, 2, host="host2"))
    assert ShutdownCompleted(in_order=True) in effects


def test_who_finds_no_successor_leaves_when_its_time_is_over() -> None:
    leader = a_leader()
    leader.step(ShutdownRequested(5_000))
    assert ShutdownCompleted(in_order=True) not in leader.step(Ticked(), at_ms=leader.now_ms + 4_999)
    assert ShutdownCompleted(in_order=False) in leader.step(Ticked(), at_ms=leader.now_ms + 1)


def test_a_leader_that_restarts_stays_resigned_and_then_begins_a_new_epoch() -> None:
    leader = a_leader()
    leader.restart()
    assert isinstance(leader.quorum.replica.state, Resigned)
    leader.step(Ticked(), at_ms=leader.now_ms + 1_000)
    assert leader.quorum.epoch == 2


def test_a_follower_fetches_from_whoever_says_that_it_leads() -> None:
    replica, fetch = a_follower(leader_id=3, epoch=4)
    assert (fetch.destination.node_id, fetch.destination.host) == (3, "host3")
    assert (replica.quorum.epoch, replica.quorum.leader_id) == (4, 3)


def test_without_an_address_in_the_request_that_of_the_voter_set_counts() -> None:
    replica = PaperReplica(1, (1, 2, 3))
    replica.start()
    (fetch,) = sent(replica.ask(begin(2, 1)), FetchRequest)
    assert fetch.destination.host == "host2"


def test_a_leader_that_nobody_can_reach_is_not_followed() -> None:
    replica = PaperReplica(1, (1, 2, 3))
    replica.start()
    assert error_of(replica, begin(9, 1)) == ErrorCode.NONE
    assert isinstance(replica.quorum.replica.state, Unattached)


def test_an_old_leader_is_fenced() -> None:
    replica, _ = a_follower(epoch=4)
    assert error_of(replica, begin(3, 3)) == ErrorCode.FENCED_LEADER_EPOCH
    assert error_of(replica, end(3, 3)) == ErrorCode.FENCED_LEADER_EPOCH


def test_a_request_for_another_voter_is_refused_and_its_leader_believed() -> None:
    replica, _ = a_follower(epoch=4)
    assert error_of(replica, begin(3, 5, voter_id=2)) == ErrorCode.INVALID_VOTER_KEY
    assert replica.quorum.leader_id == 3


def test_two_leaders_in_one_epoch_stop_the_node() -> None:
    replica, _ = a_follower(leader_id=2, epoch=4)
    with pytest.raises(InconsistentQuorum, match="inconsistent with current leader 2 and epoch 4"):
        replica.ask(begin(3, 4, host="host3"))


def test_an_epoch_that_this_replica_is_said_to_lead_stops_it() -> None:
    replica, _ = a_follower(leader_id=2, epoch=4)
    with pytest.raises(InconsistentQuorum):
        replica.ask(begin(1, 5, host="host1"))


def test_the_best_successor_asks_for_votes_at_once() -> None:
    replica, fetch = a_follower()
    replica.respond(fetch, fetch_response())
    replica.ask(end(2, 1, 1, 3))
    assert isinstance(replica.quorum.replica.state, Prospective)


def test_the_next_successor_waits() -> None:
    replica, fetch = a_follower()
    replica.respond(fetch, fetch_response())
    replica.ask(end(2, 1, 3, 1))
    state = replica.quorum.replica.state
    assert isinstance(state, Follower)
    assert state.fetch_deadline_ms == 500


def test_successors_wait_twice_as_long_each() -> None:
    keys = [ReplicaKey(node) for node in (1, 2, 3, 4)]
    waits = [election_backoff_ms(1_000, keys, ReplicaKey(node)) for node in (1, 2, 3, 4, 9)]
    assert waits == [0, 125, 250, 500, 1_000]


def test_a_request_that_is_not_for_this_quorum_is_refused_whole() -> None:
    for request in (begin(2, 1), end(2, 1)):
        request.cluster_id = "other"
        assert a_follower()[0].answered(request).error_code == ErrorCode.INCONSISTENT_CLUSTER_ID
        request.cluster_id, request.topics = CLUSTER, []
        assert a_follower()[0].answered(request).error_code == ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("request_", [begin(2, 1), end(2, 1)])
def test_answers_fit_their_versions(request_: Any) -> None:
    for version in (0, 1):
        response = a_follower()[0].answered(request_, version)
        response.write(bytearray(), version)
        assert [node.node_id for node in response.node_endpoints] == ([2] if version else [])
