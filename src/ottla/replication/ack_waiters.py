"""Produce requests with acks=all, waiting until their records are committed.

Kafka calls this the produce purgatory. Pure: `step` takes what happened and the time,
and returns the replies to send, in order. The runtime calls again at `next_deadline`.
A request whose records are committed already never comes here: the caller answers at once.
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import assert_never

from ottla.model.errors import ErrorCode
from ottla.model.ids import Offset, Ticket
from ottla.model.now import Now


@dataclass(frozen=True, slots=True)
class Wait:
    """Answer `ticket` once every record below `offset` is committed, or at `deadline_ms`."""

    ticket: Ticket
    offset: Offset
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Committed:
    """The high watermark rose to `offset`."""

    offset: Offset


@dataclass(frozen=True, slots=True)
class Deposed:
    """This broker no longer leads the partition."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Effect: answer the request that holds `ticket`."""

    ticket: Ticket
    error: ErrorCode


@dataclass(slots=True)
class AckWaiters:
    """The waiting produce requests of one partition."""

    high_watermark: Offset
    _by_offset: list[tuple[int, Ticket]] = field(default_factory=list)
    _by_deadline: list[tuple[int, Ticket]] = field(default_factory=list)
    _waiting: set[Ticket] = field(default_factory=set)

    def step(self, event: Wait | Committed | Deposed | Ticked, now: Now) -> list[Reply]:
        match event:
            case Wait(ticket, offset, deadline_ms):
                assert offset > self.high_watermark, "what is committed does not wait"
                assert ticket not in self._waiting, "a ticket waits once"
                self._waiting.add(ticket)
                heappush(self._by_offset, (offset, ticket))
                heappush(self._by_deadline, (deadline_ms, ticket))
                return []
            case Committed(offset):
                assert offset >= self.high_watermark, "the high watermark never falls"
                self.high_watermark = offset
                committed = _pop_through(self._by_offset, offset)
                return self._answer(committed, ErrorCode.NONE)
            case Deposed():
                return self._answer(sorted(self._waiting), ErrorCode.NOT_LEADER_OR_FOLLOWER)
            case Ticked():
                expired = _pop_through(self._by_deadline, now.mono_ms)
                return self._answer(expired, ErrorCode.REQUEST_TIMED_OUT)
            case _:
                assert_never(event)

    def next_deadline(self) -> int | None:
        """When the next waiter gives up, in `mono_ms`. May be early, never late."""
        return self._by_deadline[0][0] if self._by_deadline else None

    def _answer(self, tickets: list[Ticket], error: ErrorCode) -> list[Reply]:
        replies = [Reply(t, error) for t in tickets if t in self._waiting]
        self._waiting.difference_update(tickets)
        self._forget_answered()
        return replies

    def _forget_answered(self) -> None:
        """Keep the heaps within twice what waits, so that answered tickets cost no memory."""
        for heap in (self._by_offset, self._by_deadline):
            if len(heap) > 2 * len(self._waiting):
                heap[:] = [entry for entry in heap if entry[1] in self._waiting]
                heapify(heap)


def _pop_through(heap: list[tuple[int, Ticket]], limit: int) -> list[Ticket]:
    """Take everything at or below `limit`, lowest first."""
    taken: list[Ticket] = []
    while heap and heap[0][0] <= limit:
        taken.append(heappop(heap)[1])
    return taken
