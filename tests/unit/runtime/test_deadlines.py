"""Deadlines on a real loop whose clock stands where the test puts it."""

import asyncio

from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines


def told(
    deadlines_at: list[int], *, cancelled: tuple[int, ...] = (), raising: int | None = None
) -> list[int]:
    """The deadlines that ran, in order, when the time of all has come."""

    async def run() -> list[int]:
        time_s, ran = [0.0], list[int]()
        deadlines = Deadlines(Clock(lambda: time_s[0]))
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        done = asyncio.Event()

        def action(at: int) -> None:
            if at == raising:
                raise RuntimeError("planted")
            ran.append(at)

        asked = {at: deadlines.at(at, lambda at=at: action(at)) for at in deadlines_at}  # type: ignore[misc]
        deadlines.at(1_000, done.set)
        for at in cancelled:
            asked[at].cancel()
        time_s[0] = 1
        deadlines.at(0, lambda: None)
        await asyncio.wait_for(done.wait(), 5)
        return ran

    return asyncio.run(run())


def test_deadlines_run_in_order_of_time() -> None:
    assert told([30, 10, 20]) == [10, 20, 30]


def test_a_cancelled_deadline_does_not_run() -> None:
    assert told([10, 20], cancelled=(10,)) == [20]


def test_an_action_that_raises_holds_up_no_other() -> None:
    assert told([10, 20, 30], raising=20) == [10, 30]
