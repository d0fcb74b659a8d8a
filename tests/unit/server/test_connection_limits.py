"""How many connections may be open, and what becomes of those above that."""

from dataclasses import dataclass

from ottla.server.connection_limits import ConnectionLimits


@dataclass(eq=False)
class Visitor:
    client_host: str
    is_outside: bool = False

    def wait_outside(self) -> None:
        self.is_outside = True

    def come_in(self) -> None:
        self.is_outside = False


def limits(all_max: int = 100, per_address_max: int = 100, **of_addresses: int) -> ConnectionLimits:
    found = ConnectionLimits()
    found.allow(all_max, per_address_max, of_addresses)
    return found


def test_an_address_has_no_more_than_its_share() -> None:
    found = limits(per_address_max=1)
    assert found.opened(Visitor("a")) is None
    assert found.opened(Visitor("a")) == 1
    assert found.opened(Visitor("b")) is None


def test_an_address_may_have_a_limit_of_its_own() -> None:
    found = limits(per_address_max=1, a=2)
    assert [found.opened(Visitor("a")) for _ in range(3)] == [None, None, 2]
    assert [found.opened(Visitor("b")) for _ in range(2)] == [None, 1]


def test_an_address_whose_connections_are_closed_may_open_others() -> None:
    found = limits(per_address_max=1)
    first = Visitor("a")
    found.opened(first)
    found.closed(first)
    assert found.opened(Visitor("a")) is None


def test_who_was_refused_is_not_counted() -> None:
    found = limits(per_address_max=1)
    first, refused = Visitor("a"), Visitor("a")
    found.opened(first)
    found.opened(refused)
    found.closed(refused)
    assert found.opened(Visitor("a")) == 1


def test_those_above_the_limit_of_all_wait_and_come_in_by_turns() -> None:
    found = limits(all_max=1)
    first, second, third = Visitor("a"), Visitor("b"), Visitor("c")
    for visitor in (first, second, third):
        assert found.opened(visitor) is None
    assert (first.is_outside, second.is_outside, third.is_outside) == (False, True, True)
    found.closed(first)
    assert (second.is_outside, third.is_outside) == (False, True)


def test_who_leaves_while_it_waits_takes_no_place() -> None:
    found = limits(all_max=1)
    first, second, third = Visitor("a"), Visitor("b"), Visitor("c")
    for visitor in (first, second, third):
        found.opened(visitor)
    found.closed(second)
    assert third.is_outside
    found.closed(first)
    assert not third.is_outside


def test_a_higher_limit_lets_in_who_waits() -> None:
    found = limits(all_max=1)
    first, second = Visitor("a"), Visitor("b")
    found.opened(first)
    found.opened(second)
    found.allow(2, 100, {})
    assert not second.is_outside


def test_a_lower_limit_sends_nobody_away() -> None:
    found = limits(all_max=2)
    first, second = Visitor("a"), Visitor("b")
    found.opened(first)
    found.opened(second)
    found.allow(1, 1, {})
    assert (first.is_outside, second.is_outside) == (False, False)
