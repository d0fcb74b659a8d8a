"""OffsetCommit: who may, what is kept, what is too much."""

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import TOPIC_ID, Ask, a_member, a_stable_group, commits, fetches, joins

from ottla.groups.answers import Refused
from ottla.groups.classic_group import ClassicGroupState
from ottla.groups.config import GroupsConfig
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition

DONE = (ErrorCode.NONE,)
AT = TopicPartition("t", 0)


def test_whoever_is_no_member_may_commit_into_an_empty_group_and_so_makes_one() -> None:
    coordinator = Coordinator()
    assert coordinator.ask(commits(5)) == DONE
    group = coordinator.group()
    assert (group.state, group.protocol_type) == (ClassicGroupState.EMPTY, None)


def test_such_a_group_is_in_the_log_by_its_offsets_alone() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(5))
    assert len(coordinator.log) == 1
    assert coordinator.reload().ask(fetches())[0].offset == 5


@pytest.mark.parametrize(
    ("version", "refusal"),
    [
        (8, Refused(ErrorCode.ILLEGAL_GENERATION)),
        (9, Refused(ErrorCode.GROUP_ID_NOT_FOUND, "Group g not found.")),
    ],
)
def test_a_member_of_a_group_that_is_not_there_is_told_so(version: int, refusal: Refused) -> None:
    coordinator = Coordinator()
    assert coordinator.ask(commits(member_id="a", generation=3, version=version)) == refusal
    assert "g" not in coordinator.state.groups


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (commits(), ErrorCode.UNKNOWN_MEMBER_ID),
        (commits(member_id="a"), ErrorCode.ILLEGAL_GENERATION),
        (commits(member_id="a", generation=0), ErrorCode.ILLEGAL_GENERATION),
        (commits(member_id="a", generation=2), ErrorCode.ILLEGAL_GENERATION),
        (commits(member_id="ghost", generation=1), ErrorCode.UNKNOWN_MEMBER_ID),
        (commits(generation=1), ErrorCode.UNKNOWN_MEMBER_ID),
    ],
    ids=["outsider", "no-generation", "older", "newer", "stranger", "nameless"],
)
def test_into_a_group_with_members_only_they_commit_under_their_generation(
    ask: Ask, error: ErrorCode
) -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    assert coordinator.ask(ask) == Refused(error)
    assert coordinator.ask(fetches())[0].offset == -1


def test_a_member_commits_while_the_group_rebalances() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    a_member(coordinator, "b")
    assert coordinator.ask(commits(9, member_id="a", generation=1)) == DONE


def test_a_member_that_does_not_know_yet_what_it_owns_must_wait() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(joins("a"))
    assert coordinator.ask(commits(member_id="a", generation=2)) == Refused(ErrorCode.REBALANCE_IN_PROGRESS)


def test_an_older_generation_moves_nothing() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(commits(50, member_id="a", generation=1))
    coordinator.ask(joins("a"))
    assert coordinator.ask(commits(10, member_id="a", generation=1)) == Refused(ErrorCode.ILLEGAL_GENERATION)
    assert coordinator.ask(fetches())[0].offset == 50


def test_after_the_members_have_gone_anybody_may_reset_the_offsets() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.ask(commits(50, member_id="a", generation=1))
    coordinator.advance(10_000)
    assert coordinator.ask(commits(0)) == DONE
    assert coordinator.ask(fetches())[0].offset == 0


def test_all_that_a_commit_says_is_kept() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(7, metadata="note"))
    committed = coordinator.state.offsets_of("g")[AT]
    assert committed.offset == 7
    assert committed.leader_epoch == 5
    assert committed.metadata == "note"
    assert committed.committed_at_ms == coordinator.now.wall_ms
    assert committed.expires_at_ms == -1
    assert committed.topic_id == TOPIC_ID


def test_no_metadata_is_empty_metadata() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(metadata=None))
    assert coordinator.ask(fetches())[0].metadata == ""


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("x" * 8, ErrorCode.NONE),
        ("x" * 9, ErrorCode.OFFSET_METADATA_TOO_LARGE),
        ("é" * 8, ErrorCode.NONE),
        ("😀" * 4, ErrorCode.NONE),
        ("😀" * 4 + "x", ErrorCode.OFFSET_METADATA_TOO_LARGE),
        ("😀" * 5, ErrorCode.OFFSET_METADATA_TOO_LARGE),
    ],
)
def test_metadata_is_measured_as_java_does(metadata: str, error: ErrorCode) -> None:
    coordinator = Coordinator(GroupsConfig(offset_metadata_max_bytes=8))
    assert coordinator.ask(commits(metadata=metadata)) == (error,)
    assert len(coordinator.log) == (error is ErrorCode.NONE)


def test_a_retention_of_the_client_s_choice_is_kept_in_the_old_format() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(retention_ms=1_000, version=4))
    committed = coordinator.reload().state.offsets_of("g")[AT]
    assert committed.expires_at_ms == coordinator.now.wall_ms + 1_000
    assert committed.leader_epoch == -1, "which has no room for it"
