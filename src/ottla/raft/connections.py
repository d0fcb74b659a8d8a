"""At most one request in flight to each peer, a time limit for it, and a pause after a failure."""

from dataclasses import dataclass, field

from ottla.raft.voters import Node


@dataclass(slots=True)
class _InFlight:
    correlation_id: int
    deadline_ms: int


@dataclass(slots=True)
class Connections:
    """Peers that were never asked, or answered, are ready and take no room here."""

    request_timeout_ms: int
    retry_backoff_ms: int
    _in_flight: dict[int, _InFlight] = field(default_factory=dict)
    _backing_off_until: dict[int, int] = field(default_factory=dict)
    _peers: dict[int, int] = field(default_factory=dict)
    _last_correlation_id: int = 0

    def begin(self, destination: Node, mono_ms: int) -> int:
        """Note a request to a ready peer; returns its correlation id."""
        assert self.busy_until(destination.node_id, mono_ms) is None, "one request at a time"
        self.reset(destination.node_id)
        self._last_correlation_id += 1
        self._in_flight[destination.node_id] = _InFlight(
            self._last_correlation_id, mono_ms + self.request_timeout_ms
        )
        self._peers[self._last_correlation_id] = destination.node_id
        return self._last_correlation_id

    def peer_of(self, correlation_id: int) -> int | None:
        """Who was asked; None for an answer that nobody waits for any more."""
        return self._peers.get(correlation_id)

    def finish(self, correlation_id: int, mono_ms: int, *, succeeded: bool) -> None:
        """The answer was handled. After a failure the peer is left alone for a while."""
        node_id = self._peers.get(correlation_id)
        if node_id is None:
            return
        self.reset(node_id)
        if not succeeded:
            self._backing_off_until[node_id] = mono_ms + self.retry_backoff_ms

    def busy_until(self, node_id: int, mono_ms: int) -> int | None:
        """When the peer is ready again; None if it is now."""
        request = self._in_flight.get(node_id)
        until = request.deadline_ms if request is not None else self._backing_off_until.get(node_id, mono_ms)
        return until if until > mono_ms else None

    def has_timed_out(self, node_id: int, mono_ms: int) -> bool:
        """Whether the last request to the peer is past its time and was not given up yet."""
        request = self._in_flight.get(node_id)
        return request is not None and request.deadline_ms <= mono_ms

    def is_backing_off(self, node_id: int, mono_ms: int) -> bool:
        return self._backing_off_until.get(node_id, mono_ms) > mono_ms

    def in_flight_until(self, mono_ms: int) -> int | None:
        """When the first of all requests in flight times out; None if there is none."""
        deadlines = [
            request.deadline_ms for request in self._in_flight.values() if request.deadline_ms > mono_ms
        ]
        return min(deadlines, default=None)

    def reset(self, node_id: int) -> None:
        """The peer is ready; an answer that still comes is not expected."""
        request = self._in_flight.pop(node_id, None)
        if request is not None:
            del self._peers[request.correlation_id]
        self._backing_off_until.pop(node_id, None)

    def reset_all(self) -> None:
        self._in_flight.clear()
        self._backing_off_until.clear()
        self._peers.clear()
