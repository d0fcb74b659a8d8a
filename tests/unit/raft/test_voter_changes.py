"""Voters come and go, one at a time, and only over a committed voter set (KIP-853)."""

from typing import Any

import pytest
from tests.unit.raft.replica_on_paper import (
    CLUSTER,
    LISTENER,
    PaperReplica,
    a_follower,
    a_leader,
    directory,
    dynamic_voters,
    fetch_request,
    fetch_response,
    sent,
)

from ottla.model.errors import ErrorCode
from ottla.raft.config import QuorumConfig
from ottla.raft.effects import Answer, Effect, LostLeadership
from ottla.raft.events import Fsynced, RequestFailed, ShutdownRequested, Ticked
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.voters import Address, ReplicaKey, VersionRange
from ottla.wire.messages.add_raft_voter_request import AddRaftVoterRequest, Listener
from ottla.wire.messages.add_raft_voter_response import AddRaftVoterResponse
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.api_versions_response import ApiVersionsResponse, SupportedFeatureKey
from ottla.wire.messages.fetch_request import FetchRequest
from ottla.wire.messages.remove_raft_voter_request import RemoveRaftVoterRequest


def add(voter: int = 2, *, listener: str = LISTENER, **changes: Any) -> AddRaftVoterRequest:
    where = Listener(name=listener, host=f"host{voter}", port=9093)
    request = AddRaftVoterRequest(
        cluster_id=CLUSTER, voter_id=voter, voter_directory_id=directory(max(voter, 0)), listeners=[where]
    )
    for name, value in changes.items():
        setattr(request, name, value)
    return request


def remove(voter: int, directory_id: bytes | None = None) -> RemoveRaftVoterRequest:
    known = directory(max(voter, 0)) if directory_id is None else directory_id
    return RemoveRaftVoterRequest(cluster_id=CLUSTER, voter_id=voter, voter_directory_id=known)


def supports(lowest: int, highest: int) -> ApiVersionsResponse:
    feature = SupportedFeatureKey(name="kraft.version", min_version=lowest, max_version=highest)
    return ApiVersionsResponse(supported_features=[feature])


def a_dynamic_leader(*voter_ids: int) -> PaperReplica:
    """kraft.version 1; node 1 leads and its voter set is committed."""
    replica = PaperReplica(1, voter_ids, dynamic=True)
    replica.start()
    if len(voter_ids) > 1:
        replica = a_leader(1, voter_ids, dynamic=True)
        for voter in voter_ids[1:]:
            replica.ask(fetch_request(voter, 3, last_epoch=1, max_wait_ms=0))
    assert replica.quorum.high_watermark == 3
    return replica


def observed(leader: PaperReplica, observer: int = 2) -> None:
    """The observer fetches at the end of the log."""
    end = leader.quorum.log_end_offset
    leader.ask(fetch_request(observer, end, last_epoch=1, max_wait_ms=0))


def told(effects: list[Effect]) -> list[tuple[int, str | None]]:
    answers: list[Any] = [effect.response for effect in effects if isinstance(effect, Answer)]
    return [
        (answer.error_code, answer.error_message) for answer in answers if hasattr(answer, "error_message")
    ]


def voter_ids(replica: PaperReplica) -> list[int]:
    return replica.quorum.replica.voter_set.ids


def test_the_first_leader_of_a_dynamic_quorum_writes_its_voters_into_the_log() -> None:
    leader = a_dynamic_leader(1)
    assert leader.quorum.replica.voters.last_offset == 2
    leader.restart()
    assert leader.quorum.replica.voters.last_offset == 2
    assert leader.quorum.log_end_offset == 4


def test_a_controller_is_asked_what_it_supports_and_then_becomes_a_voter() -> None:
    leader = a_dynamic_leader(1)
    observed(leader)
    (asked,) = sent(leader.ask(add()), ApiVersionsRequest)
    assert asked.destination == (2, "host2", 9093)
    effects = leader.respond(asked, supports(0, 1))
    assert voter_ids(leader) == [1, 2]
    assert leader.quorum.replica.voter_set.by_id[2].kraft_versions == VersionRange(0, 1)
    assert told(effects) == []
    effects = leader.ask(fetch_request(2, 4, last_epoch=1, max_wait_ms=0))
    assert told(effects) == [(0, None)]
    assert leader.quorum.high_watermark == 4


def test_who_does_not_wait_for_the_commit_is_answered_before() -> None:
    leader = a_dynamic_leader(1)
    observed(leader)
    (asked,) = sent(leader.ask(add(ack_when_committed=False)), ApiVersionsRequest)
    assert told(leader.respond(asked, supports(0, 1))) == [(0, None)]


def test_a_change_that_takes_too_long_is_given_up() -> None:
    leader = a_dynamic_leader(1)
    observed(leader)
    leader.ask(add())
    assert leader.quorum.next_deadline() == 2_000
    assert told(leader.step(Ticked(), at_ms=2_000)) == [
        (ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.text)
    ]


def test_a_voter_that_cannot_be_asked_is_not_added() -> None:
    leader = a_dynamic_leader(1)
    observed(leader)
    (asked,) = sent(leader.ask(add()), ApiVersionsRequest)
    effects = leader.step(RequestFailed(asked.correlation_id, ErrorCode.BROKER_NOT_AVAILABLE))
    ((error, message),) = told(effects)
    assert error == ErrorCode.REQUEST_TIMED_OUT
    assert (
        message == "Aborted add voter operation for since API_VERSIONS returned an error BROKER_NOT_AVAILABLE"
    )
    assert voter_ids(leader) == [1]


@pytest.mark.parametrize(
    ("levels", "is_observed", "error", "text"),
    [
        ((0, 0), True, ErrorCode.INVALID_REQUEST, "doesn't support the finalized version 1"),
        ((0, 1), False, ErrorCode.REQUEST_TIMED_OUT, "since it is lagging behind"),
    ],
)
def test_a_voter_that_is_not_fit_is_not_added(
    levels: tuple[int, int], is_observed: bool, error: ErrorCode, text: str
) -> None:
    leader = a_dynamic_leader(1)
    if is_observed:
        observed(leader)
    (asked,) = sent(leader.ask(add()), ApiVersionsRequest)
    ((found, message),) = told(leader.respond(asked, supports(*levels)))
    assert found == error
    assert message is not None
    assert message.endswith(text)
    assert voter_ids(leader) == [1]


@pytest.mark.parametrize(
    ("request_", "error", "text"),
    [
        (
            add(cluster_id="x"),
            ErrorCode.INCONSISTENT_CLUSTER_ID,
            'The given id "x" doesn\'t match the cluster id',
        ),
        (add(-1), ErrorCode.INVALID_REQUEST, "Add voter request didn't include a valid voter"),
        (
            add(voter_directory_id=bytes(16)),
            ErrorCode.INVALID_REQUEST,
            "Add voter request didn't include a valid",
        ),
        (add(listener="OTHER"), ErrorCode.INVALID_REQUEST, "Add voter request didn't include the endpoint"),
        (add(1), ErrorCode.DUPLICATE_VOTER, "The voter id for ReplicaKey(id=1, directoryId="),
        (remove(2), ErrorCode.VOTER_NOT_FOUND, "Cannot remove voter ReplicaKey(id=2, directoryId="),
        (remove(1), ErrorCode.VOTER_NOT_FOUND, "Cannot remove voter ReplicaKey(id=1, directoryId="),
        (
            remove(1, directory(9)),
            ErrorCode.VOTER_NOT_FOUND,
            "Cannot remove voter ReplicaKey(id=1, directoryId=",
        ),
        (remove(-1), ErrorCode.INVALID_REQUEST, "Remove voter request didn't include a valid voter"),
    ],
)
def test_a_wrong_request_changes_nothing(request_: Any, error: ErrorCode, text: str) -> None:
    leader = a_dynamic_leader(1)
    ((found, message),) = told(leader.ask(request_))
    assert found == error
    assert message is not None
    assert message.startswith(text)
    assert voter_ids(leader) == [1]


@pytest.mark.parametrize("request_", [add(4), remove(2)])
def test_voters_change_only_at_a_leader_of_kraft_version_1(request_: Any) -> None:
    assert told(a_follower()[0].ask(request_))[0][0] == ErrorCode.NOT_LEADER_OR_FOLLOWER
    static = a_leader()
    assert told(static.ask(request_))[0][0] == ErrorCode.REQUEST_TIMED_OUT
    static.ask(fetch_request(2, 1, last_epoch=1, max_wait_ms=0))
    ((error, message),) = told(static.ask(request_))
    assert error == ErrorCode.UNSUPPORTED_VERSION
    assert message is not None
    assert message.endswith("because the kraft.version feature is 0")


def test_one_change_is_made_at_a_time_and_over_a_committed_set() -> None:
    leader = a_dynamic_leader(1, 2, 3)
    leader.ask(remove(3))
    assert told(leader.ask(add(4)))[0] == (
        ErrorCode.REQUEST_TIMED_OUT,
        "Request timed out waiting for leader to handle previous voter change request",
    )
    leader.step(Ticked(), at_ms=leader.now_ms + 2_000)
    assert told(leader.ask(add(4)))[0] == (
        ErrorCode.REQUEST_TIMED_OUT,
        "Request timed out waiting for voters to commit the latest voter change at Optional[3] with HWM 3",
    )


def test_a_removed_voter_does_not_count_any_more() -> None:
    leader = a_dynamic_leader(1, 2, 3)
    leader.ask(remove(3))
    assert voter_ids(leader) == [1, 2]
    leader.ask(fetch_request(3, 4, last_epoch=1, max_wait_ms=0))
    assert leader.quorum.high_watermark == 3
    leader.ask(fetch_request(2, 4, last_epoch=1, max_wait_ms=0))
    assert leader.quorum.high_watermark == 4


def test_a_leader_that_removes_itself_leads_until_that_is_committed() -> None:
    leader = a_dynamic_leader(1, 2, 3)
    leader.ask(remove(1))
    assert isinstance(leader.quorum.replica.state, Leader)
    leader.ask(fetch_request(2, 4, last_epoch=1, max_wait_ms=0))
    assert isinstance(leader.quorum.replica.state, Leader)
    effects = leader.ask(fetch_request(3, 4, last_epoch=1, max_wait_ms=0))
    assert (0, None) in told(effects)
    assert LostLeadership(1) in effects


def test_who_waits_for_a_change_is_told_when_the_leader_goes() -> None:
    leader = a_dynamic_leader(1, 2, 3)
    leader.ask(remove(3))
    effects = leader.step(ShutdownRequested(1_000))
    assert told(effects) == [(ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_LEADER_OR_FOLLOWER.text)]


def test_a_truncated_voter_set_counts_no_more() -> None:
    leader = a_dynamic_leader(1, 2, 3)
    leader.syncs_at_once = False
    leader.ask(remove(3))
    leader.step(Fsynced())
    assert voter_ids(leader) == [1, 2]
    leader.quorum.replica.voters.truncate_from(3)
    assert voter_ids(leader) == [1, 2, 3]


def a_controller_outside(*, former: bool) -> tuple[PaperReplica, Any]:
    """Node 9 joins by itself; `former` says that its node voted with another directory."""
    config = QuorumConfig(append_linger_ms=0, auto_join=True)
    replica = PaperReplica(9, (1, 2), config, dynamic=True)
    voters = dynamic_voters(1, 2, 9) if former else dynamic_voters(1, 2)
    if former:
        key = ReplicaKey(9, directory(8))
        voters = voters.removed(ReplicaKey(9, directory(9))) or voters
        voters = voters.added(dynamic_voters(9).by_id[9]._replace(key=key)) or voters
    replica.quorum.replica.voters.voter_sets.add(0, voters)
    replica.quorum.replica.voters.kraft_versions.add(0, 1)
    (asked,) = sent(replica.start(), FetchRequest)
    refused = fetch_response(1, 1, error_code=ErrorCode.NOT_LEADER_OR_FOLLOWER)
    (fetch,) = sent(replica.respond(asked, refused), FetchRequest)
    assert isinstance(replica.quorum.replica.state, Follower)
    return replica, fetch


def test_a_controller_that_may_join_by_itself_asks_to_vote() -> None:
    replica, fetch = a_controller_outside(former=False)
    replica.now_ms = 2_000
    (asked,) = sent(replica.respond(fetch, fetch_response(1, 1)), AddRaftVoterRequest)
    request = asked.request
    assert isinstance(request, AddRaftVoterRequest)
    assert (request.voter_id, request.ack_when_committed) == (9, False)
    assert [Address(at.host, at.port) for at in request.listeners] == [("host9", 9093)]
    effects = replica.respond(asked, AddRaftVoterResponse(error_code=ErrorCode.REQUEST_TIMED_OUT))
    assert sent(effects, FetchRequest)
    assert not sent(effects, AddRaftVoterRequest)


def test_it_first_asks_to_forget_the_directory_that_it_had_before() -> None:
    replica, fetch = a_controller_outside(former=True)
    replica.now_ms = 2_000
    (asked,) = sent(replica.respond(fetch, fetch_response(1, 1)), RemoveRaftVoterRequest)
    request = asked.request
    assert isinstance(request, RemoveRaftVoterRequest)
    assert (request.voter_id, request.voter_directory_id) == (9, directory(8))
