"""One request to a peer at a time; a pause after a failure; a time limit."""

from ottla.raft.connections import Connections
from ottla.raft.voters import Node

PEER, OTHER = Node(2, "h", 1), Node(3, "h", 2)


def connections() -> Connections:
    return Connections(request_timeout_ms=100, retry_backoff_ms=20)


def test_a_peer_is_busy_until_it_answers() -> None:
    peers = connections()
    asked = peers.begin(PEER, 0)
    assert (peers.busy_until(2, 10), peers.busy_until(3, 10)) == (100, None)
    assert peers.peer_of(asked) == 2
    peers.finish(asked, 50, succeeded=True)
    assert peers.busy_until(2, 50) is None
    assert peers.peer_of(asked) is None


def test_after_a_failure_it_is_left_alone_for_a_while() -> None:
    peers = connections()
    peers.finish(peers.begin(PEER, 0), 50, succeeded=False)
    assert peers.is_backing_off(2, 69)
    assert peers.busy_until(2, 69) == 70
    assert not peers.is_backing_off(2, 70)
    assert peers.busy_until(2, 70) is None


def test_an_answer_after_the_time_limit_is_not_awaited_once_it_is_asked_again() -> None:
    peers = connections()
    asked = peers.begin(PEER, 0)
    assert not peers.has_timed_out(2, 99)
    assert peers.has_timed_out(2, 100)
    again = peers.begin(PEER, 100)
    assert (peers.peer_of(asked), peers.peer_of(again)) == (None, 2)


def test_the_first_time_limit_of_all_is_known() -> None:
    peers = connections()
    assert peers.in_flight_until(0) is None
    peers.begin(PEER, 0)
    peers.begin(OTHER, 30)
    assert (peers.in_flight_until(50), peers.in_flight_until(100)) == (100, 130)


def test_after_a_change_of_state_all_are_ready_and_no_answer_is_awaited() -> None:
    peers = connections()
    asked = peers.begin(PEER, 0)
    peers.finish(peers.begin(OTHER, 0), 1, succeeded=False)
    peers.reset_all()
    assert [peers.busy_until(node, 2) for node in (2, 3)] == [None, None]
    assert peers.peer_of(asked) is None
