"""The life of a member of a classic group."""

import pytest
from tests.unit.link.a_member import T0, T1, T2, AMember

from ottla.link.consumer.assignors.sticky_user_data import with_memory
from ottla.link.consumer.group_member import Assigned, AssignmentDue, CoordinatorLost, Lost, Revoked
from ottla.link.consumer.protocol import Subscription, decode_assignment, decode_subscription
from ottla.model.errors import ApiError, ErrorCode
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.join_group_request import JoinGroupRequest
from ottla.wire.messages.join_group_response import JoinGroupResponse
from ottla.wire.messages.leave_group_request import LeaveGroupRequest
from ottla.wire.messages.sync_group_request import SyncGroupRequest


def subscription_of(member: AMember) -> Subscription:
    return decode_subscription(member.asks(JoinGroupRequest).protocols[0].metadata)


def test_a_member_joins_with_the_id_that_it_is_given() -> None:
    member = AMember()
    assert member.asks(JoinGroupRequest).member_id == ""
    assert member.refused(JoinGroupRequest, ErrorCode.MEMBER_ID_REQUIRED, member_id="me") == []
    assert member.asks(JoinGroupRequest).member_id == "me"


def test_a_follower_syncs_with_nothing_and_gets_its_partitions() -> None:
    member = AMember()
    assert member.joined(generation=3) == []
    request = member.asks(SyncGroupRequest)
    assert (request.generation_id, request.member_id, request.assignments) == (3, "me", [])
    assert member.synced(T1, T0) == [Assigned((T0, T1))]
    assert member.core.is_stable
    assert member.core.owned == (T0, T1)


def test_a_leader_assigns_before_it_syncs() -> None:
    member = AMember("roundrobin")
    events = member.joined(leader="me", other=Subscription(("t", "u")))
    assert events == [AssignmentDue(("t", "u"))]
    assert member.core.next_request(member.now_ms) is None
    assert member.core.next_deadline() is None
    member.core.assign({"t": 2, "u": 1})
    request = member.asks(SyncGroupRequest)
    given_out = {each.member_id: decode_assignment(each.assignment) for each in request.assignments}
    assert [str(name) for name in given_out["me"]] == ["t-0"]
    assert [str(name) for name in given_out["other"]] == ["t-1", "u-0"]


def test_a_stable_member_beats_now_and_then() -> None:
    member = AMember().stable(T0)
    assert member.core.next_request(member.now_ms) is None
    assert member.core.next_deadline() == member.now_ms + 3_000
    assert member.beat() == []
    assert member.core.next_deadline() == member.now_ms + 3_000


def test_an_eager_member_gives_up_everything_before_it_joins_again() -> None:
    member = AMember().stable(T0, T1)
    assert member.beat(ErrorCode.REBALANCE_IN_PROGRESS) == [Revoked((T0, T1))]
    assert subscription_of(member).owned == ()
    member.joined(generation=2)
    assert member.synced(T1) == [Assigned((T1,))]


def test_a_cooperative_member_keeps_reading_through_a_rebalance() -> None:
    member = AMember("cooperative-sticky").stable(T0, T1)
    assert member.beat(ErrorCode.REBALANCE_IN_PROGRESS) == []
    assert subscription_of(member).owned == (T0, T1)
    assert subscription_of(member).generation == 1
    member.joined(generation=2)
    assert member.synced(T0, T1, T2) == [Assigned((T2,))]


def test_a_cooperative_member_gives_up_what_another_gets_and_joins_once_more() -> None:
    member = AMember("cooperative-sticky").stable(T0, T1)
    member.beat(ErrorCode.REBALANCE_IN_PROGRESS)
    member.joined(generation=2)
    assert member.synced(T0) == [Revoked((T1,)), Assigned(())]
    assert subscription_of(member).owned == (T0,)


def test_one_assignor_that_is_not_cooperative_makes_a_member_eager() -> None:
    member = AMember("range", "cooperative-sticky").stable(T0)
    assert member.beat(ErrorCode.REBALANCE_IN_PROGRESS) == [Revoked((T0,))]


def test_a_sticky_member_tells_what_it_had() -> None:
    member = AMember("sticky").stable(T0, T1)
    member.beat(ErrorCode.REBALANCE_IN_PROGRESS)
    told = with_memory(subscription_of(member))
    assert (told.owned, told.generation) == ((T0, T1), 1)


@pytest.mark.parametrize(
    ("code", "id_"), [(ErrorCode.UNKNOWN_MEMBER_ID, ""), (ErrorCode.ILLEGAL_GENERATION, "me")]
)
def test_who_was_put_out_has_lost_its_partitions(code: ErrorCode, id_: str) -> None:
    member = AMember().stable(T0)
    assert member.beat(code) == [Lost((T0,))]
    assert member.asks(JoinGroupRequest).member_id == id_
    assert subscription_of(member).generation == -1


@pytest.mark.parametrize(
    "code",
    [ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
)
def test_when_the_coordinator_moves_the_member_looks_for_it_and_stays_one(code: ErrorCode) -> None:
    member = AMember().stable(T0)
    assert member.beat(code) == [CoordinatorLost()]
    assert member.core.owned == (T0,)
    assert member.core.next_request(member.now_ms) is None
    member.now_ms += 3_000
    member.asks(HeartbeatRequest)


def test_a_broken_connection_before_the_sync_was_answered_means_to_join_again() -> None:
    member = AMember()
    member.joined()
    assert member.core.broken(member.now_ms) == [CoordinatorLost()]
    member.now_ms += member.settings.retry_backoff_ms
    member.asks(JoinGroupRequest)


def test_a_sync_that_comes_too_late_means_to_join_again() -> None:
    member = AMember()
    member.joined()
    assert member.refused(SyncGroupRequest, ErrorCode.REBALANCE_IN_PROGRESS) == []
    assert member.asks(JoinGroupRequest).member_id == "me"


def test_what_can_not_be_mended_is_raised() -> None:
    with pytest.raises(ApiError) as raised:
        AMember().refused(JoinGroupRequest, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    assert raised.value.code is ErrorCode.INCONSISTENT_GROUP_PROTOCOL


def test_other_topics_mean_to_join_again() -> None:
    member = AMember().stable(T0)
    assert member.core.subscribe(["t"]) == []
    assert member.core.subscribe(["u", "t"]) == [Revoked((T0,))]
    assert subscription_of(member).topics == ("t", "u")


def test_the_leader_joins_again_when_a_topic_has_grown() -> None:
    member = AMember()
    member.joined(leader="me")
    member.core.assign({"t": 2})
    member.synced(T0, T1)
    assert member.core.partitions_changed({"t": 2, "elsewhere": 9}) == []
    assert member.core.partitions_changed({"t": 3}) == [Revoked((T0, T1))]
    member.asks(JoinGroupRequest)


def test_a_follower_leaves_that_to_the_leader() -> None:
    assert AMember().stable(T0).core.partitions_changed({"t": 3}) == []


def test_who_leaves_says_so() -> None:
    request = AMember().stable(T0).core.leave()
    assert isinstance(request, LeaveGroupRequest)
    assert [each.member_id for each in request.members] == ["me"]


def test_who_never_joined_and_who_comes_back_leave_without_a_word() -> None:
    assert AMember().core.leave() is None
    assert AMember(instance="i").stable(T0).core.leave() is None


def test_a_leader_of_old_that_came_back_need_not_assign() -> None:
    member = AMember(instance="i")
    request = member.asks(JoinGroupRequest)
    response = JoinGroupResponse(
        generation_id=4, protocol_name="range", leader="me", member_id="me", skip_assignment=True
    )
    assert member.core.answered(request, response, member.now_ms) == []
    assert member.asks(SyncGroupRequest).assignments == []
