"""Bugs in `groups` and in the shards that run it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ottla.groups import on_offsets
from ottla.groups.classic import rebalance
from ottla.groups.state import GroupState
from ottla.records.batch import BatchHeader
from ottla.records.records import Record
from ottla.runtime.machines.groups.group_log import GroupLog
from ottla.runtime.machines.groups.loading import Loading
from tests.sim.planted.planting import Plant, PlantedBug, instead


def _a_commit_is_answered_and_not_appended() -> Plant:
    append = GroupLog.append
    turns = [0]

    def forgetful(self: GroupLog, records: Sequence[Any]) -> int:
        turns[0] += 1
        return self.committed_end if turns[0] % 4 == 0 else append(self, records)

    return instead(GroupLog, "append", forgetful)


def _loading_passes_over_records() -> Plant:
    applied = Loading._applied

    def forgetful(self: Loading, header: BatchHeader, record: Record) -> GroupState:
        return self.state if record.offset % 5 == 0 else applied(self, header, record)

    return instead(Loading, "_applied", forgetful)


def _an_older_generation_may_commit() -> Plant:
    return instead(on_offsets, "commit_refusal", lambda group, command: None)


def _a_rebalance_keeps_the_generation() -> Plant:
    begin = rebalance._begin_generation

    def same(step: Any, group: Any) -> Any:
        return begin(step, replace(group, generation=max(0, group.generation - 1)))

    return instead(rebalance, "_begin_generation", same)


BUGS = (
    PlantedBug("a commit is answered and not appended", "I15", 10, _a_commit_is_answered_and_not_appended),
    PlantedBug("loading passes over records", "I15", 1, _loading_passes_over_records),
    PlantedBug("an older generation may commit", "I15", 1, _an_older_generation_may_commit),
    PlantedBug("a rebalance keeps the generation", "I14", 1, _a_rebalance_keeps_the_generation),
)
