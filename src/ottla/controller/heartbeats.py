"""BrokerHeartbeat (63): how a broker is fenced, unfenced and led through its shutdown."""

from collections.abc import Hashable
from enum import Enum, auto
from typing import NamedTuple

from ottla.controller.leadership import leader_and_isr_updates
from ottla.controller.log_dirs import cordoned_directories, offline_directories
from ottla.controller.partition_index import LEADERLESS, in_isr, led_by
from ottla.controller.registration_change import registration_change
from ottla.controller.sessions import NOT_SHUTTING_DOWN, BrokerSession
from ottla.controller.turn import Outcome, Turn
from ottla.machine.decision import Timer
from ottla.metadata.brokers import Broker
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.broker_heartbeat_request import BrokerHeartbeatRequest
from ottla.wire.messages.broker_heartbeat_response import BrokerHeartbeatResponse


class BrokerState(Enum):
    """Where a broker stands (`BrokerControlState`)."""

    FENCED = auto()
    UNFENCED = auto()
    CONTROLLED_SHUTDOWN = auto()
    SHUTDOWN_NOW = auto()


_FENCED_STATES = (BrokerState.FENCED, BrokerState.SHUTDOWN_NOW)


class BrokerHeartbeat(NamedTuple):
    """A broker says that it lives, how far it has read, and what it wants."""

    ticket: Ticket
    request: BrokerHeartbeatRequest

    def decide(self, turn: Turn) -> Outcome:
        request = self.request
        broker = registered(turn, request.broker_id, request.broker_epoch)
        session = turn.soft.session(broker.id, broker.epoch)
        current = _state_of(broker, session)
        following = self._next(turn, current, session)
        records = [] if following is current else _transition(turn, broker, following)
        records += offline_directories(turn, broker, request.offline_log_dirs)
        records += cordoned_directories(turn, broker, request.cordoned_log_dirs)
        response = BrokerHeartbeatResponse(
            is_caught_up=self._has_read_its_registration(turn),
            is_fenced=following in _FENCED_STATES,
            should_shut_down=following is BrokerState.SHUTDOWN_NOW,
        )
        heard = session._replace(
            contact_ms=turn.now.mono_ms,
            metadata_offset=request.current_metadata_offset,
            shutdown_offset=_shutdown_offset(turn, session, following, len(records)),
        )
        soft = turn.soft.with_session(broker.id, heard)
        return turn.answer(self.ticket, response, records, soft, session_timer(turn, broker))

    def refused(self, error: ApiError) -> BrokerHeartbeatResponse:
        return BrokerHeartbeatResponse(error_code=error.code)

    def _next(self, turn: Turn, current: BrokerState, session: BrokerSession) -> BrokerState:
        request = self.request
        leads = turn.state.partitions.any(led_by(request.broker_id))
        match current:
            case BrokerState.FENCED:
                if request.want_shut_down:
                    return BrokerState.SHUTDOWN_NOW
                if not request.want_fence and self._has_read_its_registration(turn):
                    return BrokerState.UNFENCED
                return BrokerState.FENCED
            case BrokerState.UNFENCED:
                if request.want_fence:
                    return BrokerState.SHUTDOWN_NOW if request.want_shut_down else BrokerState.FENCED
                if request.want_shut_down:
                    return BrokerState.CONTROLLED_SHUTDOWN if leads else BrokerState.SHUTDOWN_NOW
                return BrokerState.UNFENCED
            case _:
                lowest = turn.soft.lowest_active_offset(turn.image.brokers)
                all_know = lowest is None or session.shutdown_offset <= lowest
                return BrokerState.CONTROLLED_SHUTDOWN if leads or not all_know else BrokerState.SHUTDOWN_NOW

    def _has_read_its_registration(self, turn: Turn) -> bool:
        return self.request.current_metadata_offset >= turn.state.registered_at[self.request.broker_id]


class ExpireBrokerSession(NamedTuple):
    """Timer: an incarnation of a broker was not heard of for the session timeout."""

    broker_id: int
    epoch: int

    def decide(self, turn: Turn) -> Outcome:
        session = turn.soft.session(self.broker_id, self.epoch)
        broker = turn.image.brokers.get(self.broker_id)
        if broker is None or broker.epoch != self.epoch or session.contact_ms is None:
            return turn.write(())
        assert not session.is_valid(self.epoch, turn.now.mono_ms, turn.config.broker_session_timeout_ms), (
            "each heartbeat sets the timer anew"
        )
        expired = session._replace(contact_ms=None, shutdown_offset=NOT_SHUTTING_DOWN)
        return turn.write(_fence(turn, broker), turn.soft.with_session(broker.id, expired))


def session_timer(turn: Turn, broker: Broker) -> dict[Hashable, Timer | None]:
    """The end of the session that begins now."""
    # A session of n ms is over in the millisecond after.
    deadline_ms = turn.now.mono_ms + turn.config.broker_session_timeout_ms + 1
    return {("session", broker.id): Timer(deadline_ms, ExpireBrokerSession(broker.id, broker.epoch))}


def registered(turn: Turn, broker_id: int, epoch: int) -> Broker:
    """The broker that sends a request, if its epoch is the present one."""
    broker = turn.image.brokers.get(broker_id)
    if broker is None:
        raise ApiError(
            ErrorCode.STALE_BROKER_EPOCH, f"No broker registration found for broker id {broker_id}"
        )
    if broker.epoch != epoch:
        raise ApiError(
            ErrorCode.STALE_BROKER_EPOCH,
            f"Expected broker epoch {broker.epoch}, but got broker epoch {epoch}",
        )
    return broker


def _state_of(broker: Broker, session: BrokerSession) -> BrokerState:
    if session.shutdown_offset != NOT_SHUTTING_DOWN:
        return BrokerState.CONTROLLED_SHUTDOWN
    return BrokerState.FENCED if broker.fenced else BrokerState.UNFENCED


def _shutdown_offset(turn: Turn, session: BrokerSession, following: BrokerState, records: int) -> int:
    """Up to where the others must read before a broker in controlled shutdown may go: the last record now."""
    if following is not BrokerState.CONTROLLED_SHUTDOWN:
        return NOT_SHUTTING_DOWN if following in _FENCED_STATES else session.shutdown_offset
    if session.shutdown_offset != NOT_SHUTTING_DOWN:
        return session.shutdown_offset
    return turn.state.next_offset + records - 1


def _transition(turn: Turn, broker: Broker, following: BrokerState) -> list[MetadataRecord]:
    match following:
        case BrokerState.UNFENCED:
            return _unfence(turn, broker)
        case BrokerState.CONTROLLED_SHUTDOWN:
            return _begin_shutdown(turn, broker)
        case _:
            return _fence(turn, broker)


def _fence(turn: Turn, broker: Broker) -> list[MetadataRecord]:
    """First its partitions move, then it is fenced."""
    keys = turn.state.partitions.sorted(in_isr(broker.id))
    return [
        *leader_and_isr_updates(turn, keys, remove=broker.id),
        registration_change(broker, fenced=True),
    ]


def _unfence(turn: Turn, broker: Broker) -> list[MetadataRecord]:
    """First it is unfenced, then it leads what has no leader and only it can lead."""
    keys = turn.state.partitions.sorted(LEADERLESS)
    return [
        registration_change(broker, fenced=False),
        *leader_and_isr_updates(turn, keys, add=broker.id),
    ]


def _begin_shutdown(turn: Turn, broker: Broker) -> list[MetadataRecord]:
    records = leader_and_isr_updates(turn, turn.state.partitions.sorted(in_isr(broker.id)), remove=broker.id)
    if broker.in_controlled_shutdown:
        return records
    return [registration_change(broker, in_controlled_shutdown=True), *records]
