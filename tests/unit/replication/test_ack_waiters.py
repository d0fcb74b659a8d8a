"""acks=all: answered once, in time, and truthfully."""

from hypothesis import given
from hypothesis import strategies as st

from ottla.model.errors import ErrorCode
from ottla.model.ids import Offset, Ticket
from ottla.model.now import Now
from ottla.replication.ack_waiters import AckWaiters, Committed, Deposed, Reply, Ticked, Wait

ONE, TWO = Ticket(1), Ticket(2)


def at(mono_ms: int) -> Now:
    return Now(mono_ms=mono_ms, wall_ms=0)


def test_a_request_is_answered_when_its_last_record_commits() -> None:
    waiters = AckWaiters(high_watermark=Offset(10))
    assert waiters.step(Wait(ONE, Offset(12), deadline_ms=500), at(0)) == []
    assert waiters.step(Committed(Offset(11)), at(5)) == []
    assert waiters.step(Committed(Offset(12)), at(6)) == [Reply(ONE, ErrorCode.NONE)]


def test_a_late_request_times_out_at_its_deadline() -> None:
    waiters = AckWaiters(high_watermark=Offset(0))
    waiters.step(Wait(TWO, Offset(1), deadline_ms=500), at(0))
    assert waiters.next_deadline() == 500
    assert waiters.step(Ticked(), at(500)) == [Reply(TWO, ErrorCode.REQUEST_TIMED_OUT)]


def test_a_deposed_leader_answers_all_who_wait() -> None:
    waiters = AckWaiters(high_watermark=Offset(0))
    waiters.step(Wait(ONE, Offset(1), deadline_ms=500), at(0))
    waiters.step(Wait(TWO, Offset(2), deadline_ms=400), at(0))
    refused = ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert waiters.step(Deposed(), at(1)) == [Reply(ONE, refused), Reply(TWO, refused)]


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), max_size=30))
def test_every_request_is_answered_exactly_once(requests: list[tuple[int, int]]) -> None:
    waiters, answered = AckWaiters(high_watermark=Offset(0)), list[Reply]()
    for index, (ahead, patience_ms) in enumerate(requests):
        offset = Offset(waiters.high_watermark + ahead)
        answered += waiters.step(Wait(Ticket(index), offset, index + patience_ms), at(index))
        answered += waiters.step(Committed(Offset(index // 2)), at(index))
        answered += waiters.step(Ticked(), at(index))
    answered += waiters.step(Ticked(), at(1_000))
    assert sorted(reply.ticket for reply in answered) == list(range(len(requests)))
    assert waiters.next_deadline() is None


def test_answered_requests_cost_no_memory() -> None:
    waiters = AckWaiters(high_watermark=Offset(0))
    for n in range(1, 1_000):
        waiters.step(Wait(Ticket(n), Offset(n), deadline_ms=30_000), at(n))
        waiters.step(Committed(Offset(n)), at(n))
    assert waiters.next_deadline() is None
