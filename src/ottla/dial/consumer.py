"""The consumer that callers hold: it is a member of its group, finds positions, fetches, and commits."""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from ottla.dial.attempt import CallTimedOut
from ottla.dial.channel import Disconnected
from ottla.dial.cluster import Cluster
from ottla.dial.membership import Membership
from ottla.link.admin.committed_offsets import CommittedOffset
from ottla.link.admin.offsets import list_offsets
from ottla.link.call import Node
from ottla.link.cluster_view import NO_LEADER
from ottla.link.consumer.fetched import ConsumedRecord, FetchedPartition
from ottla.link.consumer.fetcher import Fetch, Fetcher
from ottla.link.consumer.settings import LATEST, ConsumerSettings
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.model.topics import is_internal

_NO_ACCESS = {
    ErrorCode.INVALID_TOPIC_EXCEPTION: "Invalid topics",
    ErrorCode.TOPIC_AUTHORIZATION_FAILED: "Not authorized to access topics",
}
_RECORDS_PER_TURN = 500
"""After so many records the other tasks get their turn: heartbeats must not wait for a full buffer."""


class ConsumerClient:
    """One consumer, that is told either to `subscribe` or to `assign`. Failures come out of `next`."""

    def __init__(self, cluster: Cluster, settings: ConsumerSettings) -> None:
        self._cluster, self._settings = cluster, settings
        self._fetcher = Fetcher(settings, cluster.view)
        self._fetched: deque[FetchedPartition] = deque()
        self._consumed: dict[TopicPartition, CommittedOffset] = {}
        self._membership: Membership | None = None
        self._failure: Exception | None = None
        self._arrived, self._wake, self._unknown = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._topics: tuple[str, ...] = ()
        self._pattern: re.Pattern[str] | None = None
        self._taken = 0

    def subscribe(self, topics: Iterable[str] = (), pattern: "re.Pattern[str] | None" = None) -> None:
        """Read these topics, or those that `pattern` matches, with the other members of the group."""
        self._topics, self._pattern = tuple(topics), pattern
        self._membership = Membership(self._cluster, self._settings, self._topics, self._take_over)
        self._start(self._membership.run, self._watch_topics, self._fetch_on)

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Read exactly these; no group decides."""
        chosen = list(partitions)
        self._topics = tuple({name.topic for name in chosen})
        self._fetcher.assign(chosen)
        self._start(self._watch_topics, self._fetch_on)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._fetcher.seek(partition, offset)
        self._consumed[partition] = CommittedOffset(offset)
        self._wake.set()

    def seek_to_time(self, partition: TopicPartition, timestamp: int) -> None:
        """To EARLIEST, LATEST (`link/consumer/settings.py`) or the first record that is not older."""
        self._fetcher.seek_to_time(partition, timestamp)
        self._consumed.pop(partition, None)
        self._wake.set()

    def take(self) -> ConsumedRecord | None:
        """A record that is here already. After None call `next`: there other tasks get their turn."""
        if self._taken >= _RECORDS_PER_TURN:
            return None
        while self._fetched:
            record = self._next_fetched(self._fetched[0])
            if record is not None:
                self._taken += 1
                return record
        return None

    async def next(self) -> ConsumedRecord:
        """The next record. Raises ApiError and what else broke the consumer."""
        if self._taken >= _RECORDS_PER_TURN:
            await asyncio.sleep(0)
        while True:
            self._taken = 0
            record = self.take()
            if record is not None:
                return record
            if self._failure is not None:
                raise self._failure
            self._arrived.clear()
            await self._arrived.wait()

    async def commit(self) -> None:
        """Commit how far was read. Raises ApiError, CallTimedOut."""
        if self._membership is not None:
            await self._membership.commit(self._consumed)

    def drop_unread(self) -> None:
        """Forget what was fetched and not read, as a seek back to there does: without its leader epoch."""
        while self._fetched:
            fetched = self._fetched.popleft()
            known = self._consumed.get(fetched.partition)
            unread = self._fetcher.is_current(fetched) and next(iter(fetched), None) is not None
            if unread and known is not None:
                self._consumed[fetched.partition] = CommittedOffset(known.offset)

    async def close(self) -> None:
        """Commit if that is automatic, leave the group, stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._membership is not None:
            await self._membership.leave(self._consumed)

    # --- records ---------------------------------------------------------------------------------

    def _next_fetched(self, fetched: FetchedPartition) -> ConsumedRecord | None:
        """The next record of what arrived first; None when it is read, or no longer wanted."""
        if self._fetcher.is_current(fetched):
            record = next(iter(fetched), None)
            if record is not None:
                position = CommittedOffset(record.offset + 1, record.leader_epoch)
                self._consumed[record.partition] = position
                return record
            known = self._consumed.get(fetched.partition)
            if known is None or known.offset < fetched.position:
                self._consumed[fetched.partition] = CommittedOffset(fetched.position)
            self._fetcher.finished(fetched)
            self._wake.set()
        self._fetched.popleft()
        return None

    def _take_over(
        self, partitions: Iterable[TopicPartition], committed: dict[TopicPartition, CommittedOffset]
    ) -> dict[TopicPartition, CommittedOffset]:
        """The group gives us exactly these now, some with offsets to begin at; how far we read till now."""
        before = dict(self._consumed)
        self._fetcher.assign(partitions)
        for name, position in committed.items():
            self._fetcher.seek(name, position.offset)
        owned = set(self._fetcher.partitions)
        self._consumed = {name: each for name, each in before.items() if name in owned} | committed
        self._wake.set()
        return before

    # --- tasks -----------------------------------------------------------------------------------

    def _start(self, *tasks: Callable[[], Awaitable[None]]) -> None:
        for task in tasks:
            guarded = asyncio.create_task(self._guard(task))
            self._tasks.add(guarded)
            guarded.add_done_callback(self._tasks.discard)

    async def _guard(self, task: Callable[[], Awaitable[None]]) -> None:
        """What breaks a task comes out of `next`."""
        try:
            await task()
        except Exception as error:  # noqa: BLE001  # the edge of a task: whoever calls `next` gets it
            self._failure = error
            self._arrived.set()

    async def _fetch_on(self) -> None:
        while True:
            self._wake.clear()
            now_ms = self._now_ms()
            if self._fetcher.stale:
                self._fetcher.stale = False
                self._unknown.set()
            unknown = self._fetcher.unknown(now_ms)
            if unknown:
                await self._locate(unknown)
            for fetch in self._fetcher.fetches(self._now_ms()):
                self._start(partial(self._carry, fetch))
            await _until(self._wake, self._fetcher.next_deadline(), self._now_ms())

    async def _carry(self, fetch: Fetch) -> None:
        try:
            response = await self._cluster.request(Node(fetch.node), fetch.request)
        except Disconnected:
            self._fetcher.broken(fetch, self._now_ms())
        else:
            fetched = self._fetcher.answered(fetch, response, self._now_ms())
            if fetched:
                self._fetched.extend(fetched)
                self._arrived.set()
        self._wake.set()

    async def _locate(self, unknown: dict[TopicPartition, int]) -> None:
        by_leader: dict[int, dict[TopicPartition, int]] = {}
        for name, timestamp in unknown.items():
            by_leader.setdefault(self._cluster.view.leader(name), {})[name] = timestamp
        for leader, timestamps in by_leader.items():
            for name in timestamps:
                self._fetcher.located(name, None, self._now_ms())
            if leader == NO_LEADER:
                self._unknown.set()
            else:
                await self._ask_offsets(leader, timestamps)

    async def _ask_offsets(self, leader: int, timestamps: dict[TopicPartition, int]) -> None:
        call = list_offsets(leader, timestamps, read_committed=self._settings.read_committed)
        try:
            found = call.read(await self._cluster.request(call.to, call.request))
        except Disconnected:
            self._unknown.set()
            return
        for name, answer in found.items():
            if answer.error is ErrorCode.NONE and answer.offset < 0:
                self._fetcher.seek_to_time(name, LATEST)  # no record is that young
            elif answer.error is ErrorCode.NONE:
                self._fetcher.located(name, answer.offset, self._now_ms())
                self._consumed.setdefault(name, CommittedOffset(answer.offset))
            elif answer.error.retriable:
                self._unknown.set()
            else:
                raise ApiError(answer.error)

    async def _watch_topics(self) -> None:
        """Keep the metadata fresh, and look often while a topic can't be seen."""
        pause_ms, most_ms = self._settings.retry_backoff_ms, self._settings.retry_backoff_max_ms
        while True:
            self._unknown.clear()
            try:
                await self._learn_topics()
            except CallTimedOut:
                continue
            self._wake.set()
            if all(self._cluster.view.partitions_of(topic) for topic in self._topics):
                pause_ms = self._settings.retry_backoff_ms
                await _until(
                    self._unknown, self._now_ms() + self._cluster.settings.metadata_max_age_ms, self._now_ms()
                )
                await asyncio.sleep(pause_ms / 1000)
            else:
                await asyncio.sleep(pause_ms / 1000)
                pause_ms = min(2 * pause_ms, most_ms)

    async def _learn_topics(self) -> None:
        if self._pattern is not None:
            view = await self._cluster.refresh(None)
            pattern = self._pattern
            found = sorted(name for name in view.topics if pattern.fullmatch(name) and not is_internal(name))
            self._topics = tuple(found)
        else:
            view = await self._cluster.refresh(self._topics, create=self._settings.create_topics)
        for code, text in _NO_ACCESS.items():
            refused = [
                name for name in self._topics if name in view.topics and view.topics[name].error == code
            ]
            if refused:
                raise ApiError(code, f"{text}: [{', '.join(refused)}]")
        if self._membership is not None:
            self._membership.topics_seen(self._topics)

    def _now_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)


async def _until(event: asyncio.Event, deadline_ms: int | None, now_ms: int) -> None:
    """Wait for `event`, but not beyond the deadline."""
    try:
        async with asyncio.timeout(None if deadline_ms is None else max(deadline_ms - now_ms, 1) / 1000):
            await event.wait()
    except TimeoutError:
        return
