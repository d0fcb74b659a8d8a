"""One shard of a replicated state machine: commands in, records to its log, answers when these are committed.

All decisions of one loop turn go into one append, each whole. State changes at once, so that the next
command sees it; if the append fails, everything of that turn goes back together and its requests are
answered with the error.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from ottla.machine.decision import Decision, Timer
from ottla.machine.later import Later
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadline, Deadlines

State = TypeVar("State")
Soft = TypeVar("Soft")
Record = TypeVar("Record")
Written = TypeVar("Written", contravariant=True)


class Machine(Protocol[State, Soft, Record]):
    """The pure core that a shard drives."""

    def decide(self, state: State, soft: Soft, command: Any, now: Now) -> Decision[Record, Soft]: ...

    def apply(self, state: State, record: Record) -> State: ...

    def forget(self, soft: Soft, tickets: frozenset[Ticket]) -> Soft:
        """`soft` without these requests: they were answered with an error."""


_RETRY_MS = 500
"""When a timer goes off again whose turn could not be appended."""


class AppendFailed(Exception):
    """The log of the shard did not take the records; `answer_of` makes each waiting request its answer."""


class MachineLog(Protocol[Written]):
    """Where a shard's records go."""

    def append(self, records: Sequence[Written]) -> int:
        """Append all or nothing; the offset after the last record. Raises AppendFailed."""

    @property
    def committed_end(self) -> int:
        """Every record below this offset is committed."""


class Shard(Generic[State, Soft, Record]):
    """Drives one machine on one log. Lives from loading to unloading."""

    def __init__(
        self,
        machine: Machine[State, Soft, Record],
        log: MachineLog[Record],
        *,
        state: State,
        soft: Soft,
        timers: Mapping[Hashable, Timer | None],
        clock: Clock,
        deadlines: Deadlines,
    ) -> None:
        self._machine, self._log = machine, log
        self.state, self.soft = state, soft
        self._clock, self._deadlines = clock, deadlines
        self._timers: dict[Hashable, tuple[Timer, Deadline]] = {}
        self._last_ticket = 0
        self._waiting: dict[Ticket, Later[Any]] = {}
        self._uncommitted: deque[tuple[int, list[tuple[Later[Any], Any]]]] = deque()
        self._turn: _Turn[State, Soft, Record] | None = None
        self._end = log.committed_end
        self._closed = False
        self._set_timers(timers)

    def submit(self, command: Callable[[Ticket], Any]) -> Later[Any]:
        """Decide on the command that `command` makes for its ticket; its answer, once committed."""
        assert not self._closed, "an unloaded shard takes no commands"
        self._last_ticket += 1
        ticket = Ticket(self._last_ticket)
        later: Later[Any] = Later()
        self._waiting[ticket] = later
        self._decide(command(ticket)).tickets.append(ticket)
        return later

    def tell(self, command: Any) -> None:
        """Decide on a command that nobody awaits an answer of."""
        if not self._closed:
            self._decide(command)

    def committed(self, end: int) -> None:
        """Every record below `end` is committed now."""
        while self._uncommitted and self._uncommitted[0][0] <= end:
            for later, answer in self._uncommitted.popleft()[1]:
                later.settle(answer)

    def close(self, answer: Any) -> None:
        """Unload: whoever waits hears `answer`."""
        self._closed = True
        for _, deadline in self._timers.values():
            deadline.cancel()
        self._timers.clear()
        told = [later for _, replies in self._uncommitted for later, _ in replies]
        if self._turn is not None:
            told += [later for later, _ in self._turn.replies]
            self._turn = None
        self._uncommitted.clear()
        waiting, self._waiting = self._waiting, {}
        for later in [*told, *waiting.values()]:
            later.settle(answer)

    # --- one turn -------------------------------------------------------------------------------

    def _decide(self, command: Any) -> "_Turn[State, Soft, Record]":
        decision = self._machine.decide(self.state, self.soft, command, self._clock.now())
        turn = self._turn
        if turn is None:
            turn = self._turn = _Turn(self.state, self.soft)
            asyncio.get_running_loop().call_soon(self._append)
        for record in decision.records:
            self.state = self._machine.apply(self.state, record)
        self.soft = decision.soft
        turn.records.extend(decision.records)
        turn.tickets.extend(reply.ticket for reply in decision.replies)
        turn.replies.extend((self._waiting.pop(reply.ticket), reply.answer) for reply in decision.replies)
        turn.timers.update(decision.timers)
        return turn

    def _append(self) -> None:
        turn, self._turn = self._turn, None
        if turn is None:
            return
        try:
            end = self._log.append(turn.records) if turn.records else self._end
        except AppendFailed as failure:
            self._go_back(turn, failure)
            return
        self._end = end
        self._set_timers(turn.timers)
        if turn.replies:
            self._uncommitted.append((end, turn.replies))
        self.committed(self._log.committed_end)

    def _go_back(self, turn: "_Turn[State, Soft, Record]", failure: AppendFailed) -> None:
        self.state = turn.state_before
        self.soft = self._machine.forget(turn.soft_before, frozenset(turn.tickets))
        retry_ms = self._clock.mono_ms() + _RETRY_MS
        self._set_timers({key: Timer(retry_ms, command) for key, command in turn.fired.items()})
        parked = [self._waiting.pop(ticket) for ticket in turn.tickets if ticket in self._waiting]
        for later in [*(later for later, _ in turn.replies), *parked]:
            later.settle(failure)

    def _set_timers(self, timers: Mapping[Hashable, Timer | None]) -> None:
        for key, timer in timers.items():
            if key in self._timers:
                self._timers.pop(key)[1].cancel()
            if timer is not None:
                deadline = self._deadlines.at(timer.deadline_ms, partial(self._fire, key))
                self._timers[key] = (timer, deadline)

    def _fire(self, key: Hashable) -> None:
        timer, _ = self._timers.pop(key)
        if not self._closed:
            self._decide(timer.command).fired[key] = timer.command


class _Turn(Generic[State, Soft, Record]):
    """What one loop turn decided, not appended yet."""

    __slots__ = ("fired", "records", "replies", "soft_before", "state_before", "tickets", "timers")

    def __init__(self, state: State, soft: Soft) -> None:
        self.state_before, self.soft_before = state, soft
        self.fired: dict[Hashable, Any] = {}
        """Timers that went off in this turn, by key."""
        self.records: list[Record] = []
        self.tickets: list[Ticket] = []
        self.replies: list[tuple[Later[Any], Any]] = []
        self.timers: dict[Hashable, Timer | None] = {}
