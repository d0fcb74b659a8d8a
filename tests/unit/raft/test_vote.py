"""Whom a replica votes for, in every state (KIP-595, KIP-996), and what it answers otherwise."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.raft.replica_on_paper import (
    CLUSTER,
    PaperReplica,
    a_follower,
    a_leader,
    directory,
    fetch_response,
    sent,
    vote_response,
)

from ottla.model.errors import ErrorCode
from ottla.raft.effects import PersistQuorumState
from ottla.raft.election_state import decode_quorum_state
from ottla.raft.events import RequestFailed, ResignRequested, Ticked
from ottla.raft.rpcs.envelope import TOPIC
from ottla.raft.states.candidate import Candidate
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.states.prospective import Prospective
from ottla.raft.states.unattached import Unattached
from ottla.raft.voters import ReplicaKey
from ottla.wire.messages.fetch_request import FetchRequest
from ottla.wire.messages.vote_request import PartitionData, TopicData, VoteRequest


def vote_request(
    epoch: int,
    *,
    candidate: int = 2,
    pre_vote: bool = False,
    last: tuple[int, int] = (0, 0),
    voter_id: int = 1,
    voter_directory: bytes = directory(1),
    cluster: str | None = CLUSTER,
    topic: str = TOPIC,
) -> VoteRequest:
    partition = PartitionData(
        replica_epoch=epoch,
        replica_id=candidate,
        replica_directory_id=directory(max(candidate, 0)),
        voter_directory_id=voter_directory,
        last_offset_epoch=last[0],
        last_offset=last[1],
        pre_vote=pre_vote,
    )
    topics = [TopicData(topic_name=topic, partitions=[partition])]
    return VoteRequest(cluster_id=cluster, voter_id=voter_id, topics=topics)


def granted(replica: PaperReplica, request: VoteRequest) -> bool:
    partition = replica.answered(request).topics[0].partitions[0]
    assert partition.error_code == ErrorCode.NONE
    return bool(partition.vote_granted)


def unattached() -> PaperReplica:
    """Node 1 of three, with nothing in its log."""
    replica = PaperReplica(1, (1, 2, 3))
    replica.start()
    return replica


def voted() -> PaperReplica:
    replica = unattached()
    assert granted(replica, vote_request(1, candidate=2))
    return replica


def prospective() -> PaperReplica:
    replica = unattached()
    replica.step(Ticked(), at_ms=1_000)
    assert isinstance(replica.quorum.replica.state, Prospective)
    return replica


def candidate() -> PaperReplica:
    replica = unattached()
    (send, _) = sent(replica.step(Ticked(), at_ms=1_000), VoteRequest)
    replica.respond(send, vote_response(0, granted=True))
    assert isinstance(replica.quorum.replica.state, Candidate)
    return replica


def fresh_follower() -> PaperReplica:
    return a_follower()[0]


def hearing_follower() -> PaperReplica:
    replica, fetch = a_follower()
    replica.respond(fetch, fetch_response())
    return replica


def resigned() -> PaperReplica:
    replica = a_leader()
    replica.step(ResignRequested(1))
    return replica


@pytest.mark.parametrize(
    ("state", "pre_vote", "vote"),
    [
        (unattached, True, True),
        (voted, True, False),
        (prospective, True, True),
        (fresh_follower, True, False),
        (hearing_follower, False, False),
        (candidate, True, False),
        (a_leader, False, False),
        (resigned, True, False),
    ],
)
def test_each_state_votes_by_its_rule(state: Callable[[], PaperReplica], pre_vote: bool, vote: bool) -> None:
    """The candidate's log is as long as can be; it is node 3, which got no vote before."""
    replica = state()
    epoch = max(replica.quorum.epoch, 1)
    last = (epoch - 1, 1_000_000)
    if replica.quorum.replica.log.last_epoch == epoch:
        last = (epoch, 1_000_000)
    assert granted(state(), vote_request(epoch, candidate=3, pre_vote=True, last=last)) is pre_vote
    if last[0] < epoch:
        assert granted(state(), vote_request(epoch, candidate=3, last=last)) is vote


def test_a_candidate_whose_log_is_behind_gets_neither() -> None:
    replica = a_leader()
    replica.step(ResignRequested(1))
    assert not granted(replica, vote_request(2, pre_vote=True, last=(1, 0)))
    assert not granted(replica, vote_request(2, last=(1, 0)))
    assert granted(replica, vote_request(2, last=(1, 1)))


def test_the_vote_is_durable_before_it_is_given_and_given_again_when_asked_again() -> None:
    replica = unattached()
    effects = replica.ask(vote_request(1))
    kinds = [type(effect).__name__ for effect in effects]
    assert kinds.index("PersistQuorumState") < kinds.index("Answer")
    state = decode_quorum_state(replica.quorum_state or b"")
    assert (state.epoch, state.voted_key) == (1, ReplicaKey(2))
    assert not any(isinstance(effect, PersistQuorumState) for effect in replica.ask(vote_request(1)))
    assert granted(replica, vote_request(1))


def test_a_vote_outlives_a_restart() -> None:
    replica = voted()
    replica.restart()
    assert granted(replica, vote_request(1, candidate=2))
    assert not granted(replica, vote_request(1, candidate=3))


def test_a_granted_vote_puts_the_own_election_off() -> None:
    replica = unattached()
    replica.now_ms = 900
    replica.ask(vote_request(1))
    assert replica.quorum.replica.state.election_deadline_ms == 1_900  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (vote_request(5, last=(5, 1)), ErrorCode.INVALID_REQUEST),
        (vote_request(5, last=(6, 1), pre_vote=True), ErrorCode.INVALID_REQUEST),
        (vote_request(5, last=(0, -1)), ErrorCode.INVALID_REQUEST),
        (vote_request(5, last=(-1, 0)), ErrorCode.INVALID_REQUEST),
        (vote_request(5, candidate=-1), ErrorCode.INVALID_REQUEST),
        (vote_request(0, pre_vote=True), ErrorCode.FENCED_LEADER_EPOCH),
        (vote_request(5, voter_id=2), ErrorCode.INVALID_VOTER_KEY),
        (vote_request(5, voter_directory=directory(7)), ErrorCode.INVALID_VOTER_KEY),
    ],
)
def test_a_wrong_request_is_refused_within_the_partition(request_: VoteRequest, error: ErrorCode) -> None:
    partition = fresh_follower().answered(request_).topics[0].partitions[0]
    assert (partition.error_code, partition.vote_granted) == (error, False)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (vote_request(5, cluster="other"), ErrorCode.INCONSISTENT_CLUSTER_ID),
        (vote_request(5, topic="other"), ErrorCode.INVALID_REQUEST),
    ],
)
def test_a_request_that_is_not_for_this_quorum_is_refused_whole(
    request_: VoteRequest, error: ErrorCode
) -> None:
    response = unattached().answered(request_)
    assert (response.error_code, response.topics) == (error, [])


def test_a_newer_epoch_is_taken_over_even_from_a_request_for_another_voter() -> None:
    replica = unattached()
    replica.ask(vote_request(5, voter_id=2))
    assert replica.quorum.epoch == 5
    assert decode_quorum_state(replica.quorum_state or b"").epoch == 5


def test_requests_of_old_versions_name_no_voter_and_no_cluster() -> None:
    assert granted(unattached(), vote_request(5, voter_id=-1, voter_directory=bytes(16), cluster=None))


def test_the_answer_names_the_leader_and_from_version_1_on_its_address() -> None:
    replica = fresh_follower()
    for version in (0, 1, 2):
        response: Any = replica.answered(vote_request(1, pre_vote=version == 2), version)
        assert response.topics[0].partitions[0].leader_id == 2
        assert [(node.node_id, node.host) for node in response.node_endpoints] == (
            [(2, "host2")] if version else []
        )
        response.write(bytearray(), version)


def test_pre_votes_come_before_a_new_epoch() -> None:
    replica = unattached()
    asked = sent(replica.step(Ticked(), at_ms=1_000), VoteRequest)
    assert [send.destination.node_id for send in asked] == [2, 3]
    partition = asked[0].request.topics[0].partitions[0]  # type: ignore[attr-defined]
    assert (partition.pre_vote, partition.replica_epoch) == (True, 0)
    (again, _) = sent(replica.respond(asked[0], vote_response(0, granted=True)), VoteRequest)
    partition = again.request.topics[0].partitions[0]  # type: ignore[attr-defined]
    assert (partition.pre_vote, partition.replica_epoch) == (False, 1)


def test_a_lost_pre_vote_leaves_the_epoch_alone() -> None:
    replica = unattached()
    for send in sent(replica.step(Ticked(), at_ms=1_000), VoteRequest):
        replica.respond(send, vote_response(0, granted=False))
    assert isinstance(replica.quorum.replica.state, Unattached)
    assert replica.quorum.epoch == 0


def test_a_follower_that_loses_its_pre_vote_follows_on() -> None:
    replica = hearing_follower()
    asked = sent(replica.step(Ticked(), at_ms=2_000), VoteRequest)
    assert len(asked) == 2
    effects = [effect for send in asked for effect in replica.respond(send, _refusal(leader_id=2))]
    assert isinstance(replica.quorum.replica.state, Follower)
    assert sent(effects, FetchRequest)


def test_a_voter_that_knows_no_pre_vote_is_asked_in_earnest() -> None:
    replica = unattached()
    (send, _) = sent(replica.step(Ticked(), at_ms=1_000), VoteRequest)
    replica.step(RequestFailed(send.correlation_id, ErrorCode.UNSUPPORTED_VERSION))
    assert isinstance(replica.quorum.replica.state, Candidate)
    assert replica.quorum.epoch == 1


def test_a_candidate_without_an_answer_asks_for_pre_votes_again() -> None:
    replica = candidate()
    replica.step(Ticked(), at_ms=2_000)
    assert isinstance(replica.quorum.replica.state, Prospective)


def test_a_majority_makes_a_leader() -> None:
    assert isinstance(a_leader().quorum.replica.state, Leader)


def _refusal(leader_id: int) -> Any:
    response = vote_response(1, granted=False)
    response.topics[0].partitions[0].leader_id = leader_id
    return response
