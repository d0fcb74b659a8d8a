"""Bugs in `server` and in the loop's own things."""

from typing import Any

from ottla.server.acceptor import Acceptor
from ottla.server.connection import Connection
from tests.sim.planted.planting import Plant, PlantedBug, instead


def _closed_connections_are_kept() -> Plant:
    return instead(Acceptor, "_forget", lambda self, connection: None)


def _answers_leave_in_the_wrong_order() -> Plant:
    flush = Connection._flush

    def newest_first(self: Connection) -> None:
        self._send_ready()
        self._out.reverse()
        flush(self)

    return instead(Connection, "_flush", newest_first)


def _a_half_frame_is_dropped() -> Plant:
    keep = Connection._keep

    def drop(self: Connection, data: Any, start: int) -> None:
        if 0 < len(data) - start < 4:
            start = len(data)
        keep(self, data, start)

    return instead(Connection, "_keep", drop)


BUGS = (
    PlantedBug("closed connections are kept", "I20", 1, _closed_connections_are_kept),
    PlantedBug("answers leave in the wrong order", "I18", 1, _answers_leave_in_the_wrong_order),
    PlantedBug("a half frame is dropped", "I21", 2, _a_half_frame_is_dropped),
)
