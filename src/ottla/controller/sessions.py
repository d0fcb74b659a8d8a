"""What the active controller knows of brokers from their heartbeats. It is never logged."""

from typing import Final, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.brokers import BrokersImage

NOT_SHUTTING_DOWN: Final = -1


class BrokerSession(NamedTuple):
    """One broker, as heard of."""

    epoch: int
    contact_ms: int | None = None
    """Monotonic time of the last heartbeat of this epoch; None before the first, and once it has expired."""
    metadata_offset: int = -1
    """How far it has read the metadata log, as it said last."""
    shutdown_offset: int = NOT_SHUTTING_DOWN
    """In controlled shutdown: how far all others must have read before it may go."""

    def is_valid(self, epoch: int, now_ms: int, timeout_ms: int) -> bool:
        return self.epoch == epoch and self.contact_ms is not None and now_ms <= self.contact_ms + timeout_ms


class Soft(NamedTuple):
    """The controller's soft state."""

    sessions: PersistentMap[int, BrokerSession] = PersistentMap()

    def session(self, broker_id: int, epoch: int) -> BrokerSession:
        """The session of one incarnation; a fresh one when nothing was heard of it."""
        session = self.sessions.get(broker_id)
        return session if session is not None and session.epoch == epoch else BrokerSession(epoch)

    def with_session(self, broker_id: int, session: BrokerSession) -> "Soft":
        return Soft(self.sessions.set(broker_id, session))

    def without(self, broker_id: int) -> "Soft":
        return Soft(self.sessions.remove(broker_id))

    def lowest_active_offset(self, brokers: BrokersImage) -> int | None:
        """How far every unfenced broker has read that is not shutting down; None when there is none."""
        sessions = (self.session(broker.id, broker.epoch) for broker in brokers.alive())
        offsets = (each.metadata_offset for each in sessions if each.shutdown_offset == NOT_SHUTTING_DOWN)
        return min(offsets, default=None)
