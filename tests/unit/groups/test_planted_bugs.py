"""The checkers bite: each of these faults, planted, is found within some seeds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.groups.group_history import History

from ottla.groups import soft
from ottla.groups.classic import commit_rules, heartbeat, join, rebalance, sync
from ottla.groups.classic_group import ClassicGroup
from ottla.groups.step import Step

Plant = Callable[[pytest.MonkeyPatch], None]


def anybody_may_commit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commit_rules, "not_a_member", lambda group, member_id, instance_id: None)


def any_generation_may_commit(patch: pytest.MonkeyPatch) -> None:
    rule = commit_rules.commit_refusal
    patch.setattr(
        "ottla.groups.on_offsets.commit_refusal",
        lambda group, command: rule(group, command._replace(generation=group.generation)),
    )


def any_generation_may_sync(patch: pytest.MonkeyPatch) -> None:
    rule = sync.sync
    patch.setattr(
        "ottla.groups.on_members.sync",
        lambda step, group, command: rule(step, group, command._replace(generation=group.generation)),
    )


def an_assignment_is_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sync, "_assign", _without_writing(patch, sync._assign))


def an_empty_group_is_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rebalance, "_become_empty", _without_writing(patch, rebalance._become_empty))


def _without_writing(
    patch: pytest.MonkeyPatch, rule: Callable[..., ClassicGroup]
) -> Callable[..., ClassicGroup]:
    def silent(step: Step, *arguments: Any) -> ClassicGroup:
        with patch.context() as silence:
            silence.setattr(Step, "write", lambda step, *records: None)
            return rule(step, *arguments)

    return silent


def a_waiting_member_has_no_session(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(heartbeat, "renew", lambda step, group_id, member: None)


def a_second_request_is_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        join,
        "wait_for_join",
        lambda step, group, member_id, ticket: replace(group, joining=group.joining.set(member_id, ticket)),
    )


def a_failed_turn_keeps_its_tickets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(soft, "forget_tickets", lambda group, tickets: group)


def a_rebalance_keeps_its_syncs_waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rebalance, "_without_assignments", lambda step, group: group)


PLANTS: list[Plant] = [
    anybody_may_commit,
    any_generation_may_commit,
    any_generation_may_sync,
    an_assignment_is_not_written,
    an_empty_group_is_not_written,
    a_waiting_member_has_no_session,
    a_second_request_is_dropped,
    a_failed_turn_keeps_its_tickets,
    a_rebalance_keeps_its_syncs_waiting,
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    for seed in range(60):
        try:
            History(seed).run(steps=120)
        except AssertionError:
            return
    pytest.fail("no seed noticed it")
