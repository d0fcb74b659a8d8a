"""A shard decides, appends once a turn, answers at commit, and goes back together when an append fails."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ottla.machine.decision import Decision, Reply, Timer
from ottla.machine.later import Later
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.machines.shard import AppendFailed, Shard


class Add(NamedTuple):
    ticket: Ticket
    number: int


class Wait(NamedTuple):
    """Answered by the next Add."""

    ticket: Ticket


class Remind(NamedTuple):
    """Asks for an Add of 100 by timer."""

    ticket: Ticket
    deadline_ms: int


class Sum:
    """State: a sum. Soft state: the tickets that wait."""

    def decide(
        self, state: int, soft: tuple[Ticket, ...], command: Any, now: Now
    ) -> Decision[int, tuple[Ticket, ...]]:
        match command:
            case Add(ticket, number):
                replies = [Reply(each, state + number) for each in (*soft, ticket) if each]
                return Decision((), (number,), tuple(replies))
            case Wait(ticket):
                return Decision((*soft, ticket))
            case Remind(ticket, deadline_ms):
                timer = Timer(deadline_ms, Add(Ticket(0), 100))
                return Decision(soft, (), (Reply(ticket, None),), {"reminder": timer})
        raise AssertionError(command)

    def apply(self, state: int, record: int) -> int:
        return state + record

    def forget(self, soft: tuple[Ticket, ...], tickets: frozenset[Ticket]) -> tuple[Ticket, ...]:
        return tuple(ticket for ticket in soft if ticket not in tickets)


class Log:
    """Commits when told, fails when told."""

    def __init__(self) -> None:
        self.appends: list[list[int]] = []
        self.committed_end = 0
        self.broken = False

    def append(self, records: Sequence[int]) -> int:
        if self.broken:
            raise AppendFailed
        self.appends.append(list(records))
        return sum(map(len, self.appends))


class Bench:
    def __init__(self) -> None:
        clock = Clock()
        self.log = Log()
        self.shard: Shard[int, tuple[Ticket, ...], int] = Shard(
            Sum(), self.log, state=0, soft=(), timers={}, clock=clock, deadlines=Deadlines(clock)
        )
        self.heard: list[Any] = []

    def submit(self, command: Callable[[Ticket], Any]) -> Later[Any]:
        later = self.shard.submit(command)
        later.read(self.heard.append)
        return later

    def commit(self) -> None:
        self.log.committed_end = sum(map(len, self.log.appends))
        self.shard.committed(self.log.committed_end)


def add(number: int) -> Callable[[Ticket], Add]:
    return lambda ticket: Add(ticket, number)


async def a_turn() -> None:
    await asyncio.sleep(0)


def test_the_decisions_of_one_turn_go_into_one_append_and_are_answered_at_commit() -> None:
    async def run() -> None:
        bench = Bench()
        bench.submit(add(1))
        bench.submit(add(2))
        assert bench.shard.state == 3
        await a_turn()
        assert bench.log.appends == [[1, 2]]
        assert bench.heard == []
        bench.commit()
        assert bench.heard == [1, 3]

    asyncio.run(run())


def test_a_failed_append_takes_the_whole_turn_back_and_answers_it_with_the_error() -> None:
    async def run() -> None:
        bench = Bench()
        bench.submit(add(5))
        await a_turn()
        bench.commit()
        bench.log.broken = True
        bench.submit(add(1))
        bench.submit(add(2))
        await a_turn()
        assert bench.shard.state == 5
        assert [type(answer) for answer in bench.heard] == [int, AppendFailed, AppendFailed]

    asyncio.run(run())


def test_a_request_that_waited_and_was_answered_by_a_failed_turn_is_not_answered_again() -> None:
    async def run() -> None:
        bench = Bench()
        bench.submit(Wait)
        await a_turn()
        bench.log.broken = True
        bench.submit(add(1))
        await a_turn()
        bench.log.broken = False
        bench.submit(add(2))
        await a_turn()
        bench.commit()
        assert [answer for answer in bench.heard if isinstance(answer, int)] == [2]
        assert len(bench.heard) == 3

    asyncio.run(run())


def test_an_answer_without_records_waits_for_the_writes_before_it() -> None:
    async def run() -> None:
        bench = Bench()
        bench.submit(add(1))
        await a_turn()
        bench.submit(lambda ticket: Remind(ticket, 2**40))
        await a_turn()
        assert bench.heard == []
        bench.commit()
        assert bench.heard == [1, None]
        bench.shard.close("gone")

    asyncio.run(run())


def test_a_timer_brings_its_command() -> None:
    async def run() -> None:
        bench = Bench()
        bench.submit(lambda ticket: Remind(ticket, 0))
        for _ in range(10):
            await asyncio.sleep(0.001)
        assert bench.shard.state == 100

    asyncio.run(run())


def test_an_unloaded_shard_tells_everybody_who_waits() -> None:
    async def run() -> None:
        bench = Bench()
        bench.submit(Wait)
        bench.submit(add(1))
        bench.shard.close("gone")
        assert bench.heard == ["gone", "gone"]
        await a_turn()
        assert bench.log.appends == []

    asyncio.run(run())
