"""How many connections clients may hold: in all, and from one address (`ConnectionQuotas`)."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import Protocol


class Guest(Protocol):
    """A connection, as far as it is counted."""

    client_host: str

    def wait_outside(self) -> None:
        """Read nothing until `come_in`."""

    def come_in(self) -> None: ...


class ConnectionLimits:
    """Counts connections. Who comes when all places are taken waits for one, in order of arrival."""

    def __init__(self) -> None:
        self.all_max = self.per_address_max = 2**31 - 1
        self.by_address_max: Mapping[str, int] = {}
        self._inside: set[Guest] = set()
        self._waiting: deque[Guest] = deque()
        self._of_address: Counter[str] = Counter()

    def allow(self, all_max: int, per_address_max: int, by_address_max: Mapping[str, int]) -> None:
        """`max.connections`, `max.connections.per.ip` and its overrides. Nobody is sent away who is here."""
        self.all_max, self.per_address_max = all_max, per_address_max
        self.by_address_max = by_address_max
        self._let_in()

    def opened(self, guest: Guest) -> int | None:
        """Count a new connection; the maximum of its address instead, if that is reached already."""
        address = guest.client_host
        most = self.by_address_max.get(address, self.per_address_max)
        if self._of_address[address] >= most:
            return most
        self._of_address[address] += 1
        if len(self._inside) < self.all_max:
            self._inside.add(guest)
        else:
            guest.wait_outside()
            self._waiting.append(guest)
        return None

    def closed(self, guest: Guest) -> None:
        """A counted connection is gone."""
        if guest in self._inside:
            self._inside.remove(guest)
        elif guest in self._waiting:
            self._waiting.remove(guest)
        else:
            return
        address = guest.client_host
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and len(self._inside) < self.all_max:
            guest = self._waiting.popleft()
            self._inside.add(guest)
            guest.come_in()
