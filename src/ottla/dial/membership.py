"""A consumer's life in its group: one task asks the coordinator what the member wants to ask."""

import asyncio
from collections.abc import Callable, Iterable

from ottla.dial.attempt import CallTimedOut
from ottla.dial.channel import Disconnected
from ottla.dial.cluster import Cluster
from ottla.link.admin.committed_offsets import CommittedOffset, commit_offsets, fetch_offsets
from ottla.link.call import Coordinator, TryAgain
from ottla.link.consumer.group_member import (
    Assigned,
    AssignmentDue,
    CoordinatorLost,
    GroupMember,
    Lost,
    MemberEvent,
    Revoked,
)
from ottla.link.consumer.settings import ConsumerSettings
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.message import Message
from ottla.wire.messages.join_group_request import JoinGroupRequest

Positions = dict[TopicPartition, CommittedOffset]
TakeOver = Callable[[Iterable[TopicPartition], Positions], Positions]
"""Told the partitions that are ours now and the offsets to begin at; gives how far was read till now."""

_JOIN_EXTRA_MS = 5_000
"""How much longer than the rebalance itself a join may take, as for Kafka's clients."""
_LEAVE_TIMEOUT_MS = 5_000


class Membership:
    """One member of one group."""

    def __init__(
        self, cluster: Cluster, settings: ConsumerSettings, topics: Iterable[str], take_over: TakeOver
    ) -> None:
        self._cluster, self._settings, self._take_over = cluster, settings, take_over
        self._member = GroupMember(settings, topics)
        self._coordinator = Coordinator(self._member.group_id)
        self._wanted: tuple[str, ...] | None = None
        self._changed = asyncio.Event()
        self._commit_due_ms = 0
        self._reading: set[TopicPartition] = set()
        """What is ours and has a position: new partitions get one first."""

    def topics_seen(self, topics: tuple[str, ...]) -> None:
        """The metadata is fresh: other topics may match, or topics may have grown."""
        self._wanted = topics
        self._changed.set()

    async def run(self) -> None:
        """Be a member until cancelled. Raises ApiError for what can't be mended."""
        self._commit_due_ms = self._now_ms() + self._settings.auto_commit_interval_ms
        while True:
            self._changed.clear()
            await self._carry_out(self._look_around())
            request = self._member.next_request(self._now_ms())
            if request is not None:
                await self._carry_out(await self._ask(request))
            elif self._settings.auto_commit and self._now_ms() >= self._commit_due_ms:
                await self._commit_now_and_then()
            else:
                await self._wait()

    async def commit(self, positions: Positions) -> None:
        """Raises ApiError, CallTimedOut."""
        if not positions:
            return
        call = commit_offsets(
            self._member.group_id,
            positions,
            generation=self._member.generation,
            member_id=self._member.member_id,
            instance_id=self._settings.group_instance_id,
        )
        for code in (await self._cluster.call(call)).values():
            if code is not ErrorCode.NONE:
                raise ApiError(code)

    async def leave(self, positions: Positions) -> None:
        """The end: commit if that is automatic, and tell the coordinator."""
        try:
            async with asyncio.timeout(_LEAVE_TIMEOUT_MS / 1000):
                if self._settings.auto_commit:
                    await self._commit_if_possible(positions)
                request = self._member.leave()
                if request is not None:
                    await self._cluster.request(self._coordinator, request)
        except (Disconnected, TryAgain, TimeoutError):
            return  # the session ends by itself

    def _look_around(self) -> list[MemberEvent]:
        if self._wanted is None:
            return []
        topics, self._wanted = self._wanted, None
        view = self._cluster.view
        counts = {topic: len(known.partitions) for topic, known in view.topics.items()}
        return [*self._member.subscribe(topics), *self._member.partitions_changed(counts)]

    async def _ask(self, request: Message) -> list[MemberEvent]:
        timeout_ms = 0
        if isinstance(request, JoinGroupRequest):
            timeout_ms = self._settings.rebalance_timeout_ms + _JOIN_EXTRA_MS
        try:
            response = await self._cluster.request(self._coordinator, request, timeout_ms=timeout_ms)
        except (Disconnected, TryAgain):
            return self._member.broken(self._now_ms())
        return self._member.answered(request, response, self._now_ms())

    async def _carry_out(self, events: list[MemberEvent]) -> None:
        for event in events:
            match event:
                case AssignmentDue(topics):
                    await self._assign(topics)
                case Assigned(partitions):
                    await self._begin(partitions)
                case Revoked(partitions):
                    self._reading.difference_update(partitions)
                    read = self._take_over(self._reading, {})
                    if self._settings.auto_commit:
                        await self._commit_if_possible(read)
                case Lost():
                    self._reading.clear()
                    self._take_over((), {})
                case CoordinatorLost():
                    self._cluster.forget_coordinator(self._coordinator)

    async def _assign(self, topics: tuple[str, ...]) -> None:
        view = self._cluster.view
        while not all(topic in view.topics for topic in topics):
            try:
                await self._cluster.refresh(topics, create=self._settings.create_topics)
            except CallTimedOut:
                continue
        self._member.assign({topic: len(view.partitions_of(topic)) for topic in topics})

    async def _begin(self, partitions: tuple[TopicPartition, ...]) -> None:
        committed: Positions = {}
        while partitions:
            try:
                call = fetch_offsets(self._member.group_id, partitions, require_stable=True)
                committed = await self._cluster.call(call)
                break
            except CallTimedOut:
                continue
        self._reading.update(partitions)
        self._take_over(self._reading, committed)

    async def _commit_now_and_then(self) -> None:
        self._commit_due_ms = self._now_ms() + self._settings.auto_commit_interval_ms
        await self._commit_if_possible(self._take_over(self._reading, {}))

    async def _commit_if_possible(self, positions: Positions) -> None:
        """An automatic commit that fails is made up for by the next one."""
        try:
            await self.commit(positions)
        except (ApiError, CallTimedOut):
            return

    async def _wait(self) -> None:
        deadlines = [self._member.next_deadline()]
        if self._settings.auto_commit:
            deadlines.append(self._commit_due_ms)
        due = min((each for each in deadlines if each is not None), default=None)
        try:
            async with asyncio.timeout(None if due is None else max(due - self._now_ms(), 1) / 1000):
                await self._changed.wait()
        except TimeoutError:
            return

    def _now_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)
