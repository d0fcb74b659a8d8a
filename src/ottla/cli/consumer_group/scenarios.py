"""Where offsets are reset to: the scenarios of `--reset-offsets`."""

import sys
from collections.abc import Mapping, Sequence

from ottla.cli.consumer_group.csv_plan import Plan, read_plan
from ottla.cli.options import Options, Usage
from ottla.cli.tools.ending import Failure, IllegalArgument, execution_failure, runtime_failure
from ottla.cli.tools.java_order import hash_order, partition_hash
from ottla.cli.tools.java_time import date_time_ms, duration_ms
from ottla.cli.tools.log_line import log
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.offsets import find_offsets
from ottla.link.admin.committed_offsets import fetch_offsets
from ottla.link.admin.offsets import EARLIEST, LATEST
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.runtime.loop.clock import Clock

_NAMES = (
    "[[to-offset], [to-earliest], [to-current], [to-latest], [by-duration], [to-datetime], [from-file], "
    "[shift-by]]"
)
Offsets = dict[TopicPartition, int]


class Scenarios:
    """The one that the command line names. Raises Failure, IllegalArgument."""

    def __init__(self, cluster: Cluster, usage: Usage, options: Options, timeout_ms: int) -> None:
        self._cluster, self._usage, self._options = cluster, usage, options
        self._timeout_ms = timeout_ms
        self._plan: Plan | None = None

    async def offsets(self, group: str, partitions: Sequence[TopicPartition]) -> Offsets:
        options = self._options
        if options.has("to-offset"):
            offset = options.number("to-offset") or 0
            return await self._in_range(dict.fromkeys(partitions, offset))
        if options.has("shift-by"):
            return await self._shifted(group, partitions, options.number("shift-by") or 0)
        if options.has("from-file"):
            return await self._from_file(group)
        if options.has("to-current"):
            return await self._current(group, partitions)
        return await self._by_time(partitions)

    async def _by_time(self, partitions: Sequence[TopicPartition]) -> Offsets:
        options = self._options
        if options.has("to-earliest"):
            return await self._at(partitions, EARLIEST)
        if options.has("to-latest"):
            return await self._at(partitions, LATEST)
        if options.has("to-datetime"):
            return await self._at_time(partitions, self._date_time())
        if not options.has("by-duration"):
            self._usage.end(f"Option '[reset-offsets]' requires one of the following scenarios: {_NAMES}")
        duration = duration_ms(options.text("by-duration") or "")
        return await self._at_time(partitions, Clock().now().wall_ms - duration)

    def _date_time(self) -> int:
        try:
            return date_time_ms(self._options.text("to-datetime") or "")
        except Failure as failure:
            raise runtime_failure(failure) from failure

    async def _shifted(self, group: str, partitions: Sequence[TopicPartition], shift: int) -> Offsets:
        committed = await self._cluster.call(fetch_offsets(group, None), self._timeout_ms)
        for name in partitions:
            if name not in committed:
                raise IllegalArgument(
                    f"Cannot shift offset for partition {name} since there is no current committed offset"
                )
        return await self._in_range({name: committed[name].offset + shift for name in partitions})

    async def _current(self, group: str, partitions: Sequence[TopicPartition]) -> Offsets:
        """What is committed; the end where nothing is."""
        committed = await self._cluster.call(fetch_offsets(group, None), self._timeout_ms)
        ends = await self._at([name for name in partitions if name not in committed], LATEST)
        return {name: committed[name].offset for name in partitions if name in committed} | ends

    async def _from_file(self, group: str) -> Offsets:
        if self._plan is None:
            path, groups = self._options.text("from-file") or "", self._options.texts("group")
            self._plan = read_plan(path, groups[0] if len(groups) == 1 else None)
        if group not in self._plan:
            sys.stdout.write(f"\nError: No reset plan for group {group} found\n")
            return {}
        return await self._in_range(self._plan[group])

    async def _at_time(self, partitions: Sequence[TopicPartition], timestamp: int) -> Offsets:
        """The first record that is not older; the end, with a warning, where there is none."""
        found = await self._find(dict.fromkeys(partitions, timestamp))
        late = [name for name in hash_order(found, partition_hash) if found[name] < 0]
        for name in late:
            sys.stdout.write(
                f"\nWarn: Partition {name.partition} from topic {name.topic} is empty. "
                "Falling back to latest known offset.\n"
            )
        return found | await self._at(late, LATEST)

    async def _at(self, partitions: Sequence[TopicPartition], timestamp: int) -> Offsets:
        return await self._find(dict.fromkeys(partitions, timestamp))

    async def _in_range(self, wanted: Mapping[TopicPartition, int]) -> Offsets:
        """Each offset, moved to the nearest end of its log when it lies outside."""
        starts = await self._at(list(wanted), EARLIEST)
        ends = await self._at(list(wanted), LATEST)
        found = {}
        for name in hash_order(wanted, partition_hash):
            offset, start, end = wanted[name], starts[name], ends[name]
            found[name] = end if offset > end else max(offset, start)
            if found[name] != offset:
                above = "higher than latest" if offset > end else "lower than earliest"
                text = f"New offset ({offset}) is {above} offset for topic partition {name}. "
                text += f"Value will be set to {found[name]}"
                log("WARN", text, "org.apache.kafka.tools.OffsetsUtils")
        return found

    async def _find(self, timestamps: dict[TopicPartition, int]) -> Offsets:
        try:
            found, late = await find_offsets(self._cluster, timestamps, timeout_ms=self._timeout_ms)
            if late is not None:
                raise late
            for answer in found.values():
                if answer.error is not ErrorCode.NONE:
                    raise ApiError(answer.error)
        except (ApiError, CallTimedOut) as error:
            raise runtime_failure(execution_failure(error)) from error
        return {name: answer.offset for name, answer in found.items()}
