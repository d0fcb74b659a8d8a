"""`kafka-consumer-groups --reset-offsets`."""

import sys

from ottla.cli.consumer_group.csv_plan import plan_text
from ottla.cli.consumer_group.listing import chosen_groups
from ottla.cli.consumer_group.partitions import check_partitions, chosen_partitions
from ottla.cli.consumer_group.scenarios import Scenarios
from ottla.cli.options import Options, Usage
from ottla.cli.tools.ending import execution_failure, runtime_failure
from ottla.cli.tools.java_order import hash_order, partition_hash
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.groups import described_group
from ottla.link.admin.committed_offsets import CommittedOffset, commit_offsets, fetch_offsets
from ottla.link.admin.groups import GroupState, NotAConsumerGroup
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition

Plan = dict[str, dict[TopicPartition, int]]


async def reset_offsets(cluster: Cluster, usage: Usage, options: Options, timeout_ms: int) -> None:
    plan: Plan = {}
    groups = await chosen_groups(cluster, options, timeout_ms)
    resetting = _Resetting(cluster, usage, options, timeout_ms)
    for group in hash_order(groups):
        plan[group] = await resetting.reset(group)
    plan = {group: plan[group] for group in hash_order(plan)}
    if options.has("export"):
        sys.stdout.write(plan_text(plan, with_group=len(options.texts("group")) != 1) + "\n")
    else:
        sys.stdout.write(_table(plan))


class _Resetting:
    """One command line, group after group."""

    def __init__(self, cluster: Cluster, usage: Usage, options: Options, timeout_ms: int) -> None:
        self._cluster, self._usage, self._options = cluster, usage, options
        self._timeout_ms = timeout_ms
        self._scenarios = Scenarios(cluster, usage, options, timeout_ms)

    async def reset(self, group: str) -> dict[TopicPartition, int]:
        """The new offsets; they are committed with `--execute`."""
        state = await self._state(group)
        if state not in (GroupState.EMPTY, GroupState.DEAD):
            sys.stdout.write(
                f"\nError: Assignments can only be reset if the group '{group}' is inactive, but the current "
                f"state is {state.value}.\n"
            )
            return {}
        partitions = await self._partitions(group)
        await check_partitions(self._cluster, partitions)
        offsets = await self._scenarios.offsets(group, partitions)
        if self._options.has("execute"):
            await self._commit(group, offsets)
        return {name: offsets[name] for name in hash_order(offsets, partition_hash)}

    async def _state(self, group: str) -> GroupState:
        try:
            return (await described_group(self._cluster, group, self._timeout_ms)).state
        except ApiError as error:
            if error.code is ErrorCode.GROUP_ID_NOT_FOUND:
                return GroupState.DEAD
            raise runtime_failure(execution_failure(error)) from error
        except (CallTimedOut, NotAConsumerGroup) as error:
            raise runtime_failure(execution_failure(error)) from error

    async def _partitions(self, group: str) -> list[TopicPartition]:
        options = self._options
        if options.has("all-topics"):
            committed = await self._cluster.call(fetch_offsets(group, None), self._timeout_ms)
            return hash_order(committed, partition_hash)
        if options.has("topic"):
            return await chosen_partitions(self._cluster, options.texts("topic"))
        if not options.has("from-file"):
            self._usage.end("One of the reset scopes should be defined: --all-topics, --topic.")
        return []

    async def _commit(self, group: str, offsets: dict[TopicPartition, int]) -> None:
        if not offsets:
            return
        committed = {name: CommittedOffset(offset) for name, offset in offsets.items()}
        outcome = await self._cluster.call(commit_offsets(group, committed), self._timeout_ms)
        for code in outcome.values():
            if code is not ErrorCode.NONE:
                raise ApiError(code)


def _table(plan: Plan) -> str:
    group_width = max(15, *(len(group) for group in plan), 0)
    topic_width = max(15, *(len(name.topic) for offsets in plan.values() for name in offsets), 0)
    rows = [("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET")] if plan else []
    rows += [
        (group, name.topic, str(name.partition), str(offset))
        for group, offsets in plan.items()
        for name, offset in offsets.items()
    ]
    lines = [
        f"\n{group:{group_width}} {topic:{topic_width}} {index:10} {offset}"
        for group, topic, index, offset in rows
    ]
    return "".join(lines) + "\n"
