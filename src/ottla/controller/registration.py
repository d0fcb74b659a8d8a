"""BrokerRegistration (62) and UnregisterBroker (64): how a broker joins the cluster and leaves it."""

from collections.abc import Iterator
from typing import NamedTuple

from ottla.controller.leadership import leader_and_isr_updates
from ottla.controller.partition_index import in_elr, in_isr
from ottla.controller.sessions import BrokerSession
from ottla.controller.turn import Outcome, Turn, bounded, told
from ottla.metadata import metadata_version
from ottla.metadata.brokers import Broker
from ottla.metadata.features import DISABLED, KRAFT_VERSION, VersionRange
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.uuid import is_reserved, uuid_text
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest
from ottla.wire.messages.broker_registration_response import BrokerRegistrationResponse
from ottla.wire.messages.register_broker_record import BrokerEndpoint, BrokerFeature, RegisterBrokerRecord
from ottla.wire.messages.unregister_broker_record import UnregisterBrokerRecord
from ottla.wire.messages.unregister_broker_response import UnregisterBrokerResponse


class RegisterBroker(NamedTuple):
    """A broker announces itself. `version` is the request's: from 3 on it tells how the last stop went."""

    ticket: Ticket
    request: BrokerRegistrationRequest
    version: int

    def decide(self, turn: Turn) -> Outcome:
        """The registration stands last: whoever reads it has read what precedes it."""
        existing = turn.image.brokers.get(self.request.broker_id)
        _check_identity(turn, self.request, existing)
        if turn.level >= metadata_version.DIRECTORY_ASSIGNMENT:
            _check_directories(turn, self.request)
        _check_features(turn, self.request)
        amended = existing is not None and existing.incarnation_id == self.request.incarnation_id
        before = [] if amended else self._clean_up(turn, existing)
        record = _registration(turn, self.request, existing if amended else None)
        epoch = record.broker_epoch
        contact_ms = turn.soft.session(record.broker_id, epoch).contact_ms
        return turn.answer(
            self.ticket,
            BrokerRegistrationResponse(broker_epoch=epoch),
            [*before, MetadataRecord(record, metadata_version.register_broker_version(turn.level))],
            turn.soft.with_session(record.broker_id, BrokerSession(epoch, contact_ms)),
        )

    def refused(self, error: ApiError) -> BrokerRegistrationResponse:
        return BrokerRegistrationResponse(error_code=error.code)

    def _clean_up(self, turn: Turn, existing: Broker | None) -> list[MetadataRecord]:
        """What the stop of the incarnation before means for its partitions."""
        broker_id = self.request.broker_id
        clean = (
            self.version >= 3
            and existing is not None
            and existing.epoch == self.request.previous_broker_epoch
        )
        in_sync = turn.state.partitions.sorted(in_isr(broker_id))
        if clean or not turn.image.features.elr_enabled:
            return leader_and_isr_updates(turn, in_sync, remove=broker_id)
        eligible = turn.state.partitions.sorted(in_elr(broker_id))
        return leader_and_isr_updates(turn, [*in_sync, *eligible], unclean_shutdown=broker_id)


class UnregisterBroker(NamedTuple):
    """An operator says that a broker will not come back."""

    ticket: Ticket
    broker_id: int

    def decide(self, turn: Turn) -> Outcome:
        broker = turn.image.brokers.get(self.broker_id)
        if broker is None:
            raise ApiError(
                ErrorCode.BROKER_ID_NOT_REGISTERED, f"Broker ID {self.broker_id} is not currently registered"
            )
        index = turn.state.partitions
        keys = [*index.sorted(in_isr(self.broker_id)), *index.sorted(in_elr(self.broker_id))]
        records = leader_and_isr_updates(turn, keys, remove=self.broker_id)
        gone = UnregisterBrokerRecord(broker_id=broker.id, broker_epoch=broker.epoch)
        return turn.answer(
            self.ticket,
            UnregisterBrokerResponse(),
            bounded([*records, MetadataRecord(gone, 0)]),
            turn.soft.without(self.broker_id),
            {("session", self.broker_id): None},
        )

    def refused(self, error: ApiError) -> UnregisterBrokerResponse:
        return UnregisterBrokerResponse(error_code=error.code, error_message=told(error))


def _check_identity(turn: Turn, request: BrokerRegistrationRequest, existing: Broker | None) -> None:
    if request.cluster_id != turn.config.cluster_id:
        raise ApiError(
            ErrorCode.INCONSISTENT_CLUSTER_ID,
            f"Expected cluster ID {turn.config.cluster_id}, but got cluster ID {request.cluster_id}",
        )
    if existing is not None and existing.incarnation_id != request.incarnation_id:
        session = turn.soft.session(existing.id, existing.epoch)
        if session.is_valid(existing.epoch, turn.now.mono_ms, turn.config.broker_session_timeout_ms):
            raise ApiError(
                ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                "Another broker is registered with that broker id. If the broker was recently restarted this "
                "should self-resolve once the heartbeat manager expires the broker's session.",
            )
    if request.is_migrating_zk_broker:
        raise ApiError(
            ErrorCode.BROKER_ID_NOT_REGISTERED, "Controller does not support registering ZK brokers."
        )


def _check_directories(turn: Turn, request: BrokerRegistrationRequest) -> None:
    if not request.log_dirs:
        raise ApiError(ErrorCode.INVALID_REGISTRATION, "No directories specified in request")
    if any(map(is_reserved, request.log_dirs)):
        raise ApiError(ErrorCode.INVALID_REGISTRATION, "Reserved directory ID in request")
    if len(set(request.log_dirs)) != len(request.log_dirs):
        raise ApiError(ErrorCode.INVALID_REGISTRATION, "Duplicate directory ID in request")
    for broker in turn.image.brokers.sorted():
        for directory in request.log_dirs:
            if broker.id != request.broker_id and directory in broker.directories:
                raise ApiError(
                    ErrorCode.INVALID_REGISTRATION,
                    f"Broker {broker.id} is already registered with directory {uuid_text(directory)}",
                )


def _check_features(turn: Turn, request: BrokerRegistrationRequest) -> None:
    """Every finalized level must lie in the broker's range; one that it does not name is supported at 0."""
    finalized = turn.image.features.finalized() | {KRAFT_VERSION: turn.config.kraft_version}
    for name, supported in _claimed(request):
        _check_feature(name, finalized.get(name, 0), supported)
    claimed = dict(_claimed(request))
    if metadata_version.FEATURE not in claimed:
        raise ApiError(
            ErrorCode.INVALID_REGISTRATION,
            f"Request features do not contain '{metadata_version.FEATURE}'",
        )
    for name, level in finalized.items():
        if name not in claimed:
            _check_feature(name, level, DISABLED)


def _claimed(request: BrokerRegistrationRequest) -> Iterator[tuple[str, VersionRange]]:
    for each in request.features:
        yield each.name, VersionRange(each.min_supported_version, each.max_supported_version)


def _check_feature(name: str, finalized: int, supported: VersionRange) -> None:
    if finalized not in supported:
        raise ApiError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"Unable to register because the broker does not support finalized version {finalized} of {name}"
            f". The broker wants a version between {supported.low} and {supported.high}, inclusive.",
        )


def _registration(
    turn: Turn, request: BrokerRegistrationRequest, amended: Broker | None
) -> RegisterBrokerRecord:
    """The same incarnation keeps epoch and state: a broker never looks for a new epoch while it runs."""
    record = RegisterBrokerRecord(
        broker_id=request.broker_id,
        incarnation_id=request.incarnation_id,
        broker_epoch=turn.state.next_offset if amended is None else amended.epoch,
        end_points=[
            BrokerEndpoint(name=at.name, host=at.host, port=at.port, security_protocol=at.security_protocol)
            for at in request.listeners
        ],
        features=[
            BrokerFeature(
                name=name, min_supported_version=supported.low, max_supported_version=supported.high
            )
            for name, supported in _claimed(request)
        ],
        rack=request.rack,
        fenced=amended is None or amended.fenced,
        in_controlled_shutdown=amended is not None and amended.in_controlled_shutdown,
    )
    if turn.level >= metadata_version.DIRECTORY_ASSIGNMENT:
        record.log_dirs = list(request.log_dirs)
    return record
