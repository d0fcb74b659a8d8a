"""ControllerRegistration (70): a controller tells what it supports and where it is reached (KIP-919)."""

from typing import NamedTuple

from ottla.controller.turn import Outcome, Turn, told
from ottla.metadata import metadata_version
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.controller_registration_request import ControllerRegistrationRequest
from ottla.wire.messages.controller_registration_response import ControllerRegistrationResponse
from ottla.wire.messages.register_controller_record import (
    ControllerEndpoint,
    ControllerFeature,
    RegisterControllerRecord,
)


class RegisterController(NamedTuple):
    """A controller announces itself; the active one too."""

    ticket: Ticket
    request: ControllerRegistrationRequest

    def decide(self, turn: Turn) -> Outcome:
        if turn.level < metadata_version.CONTROLLER_REGISTRATION:
            raise ApiError(
                ErrorCode.UNSUPPORTED_VERSION,
                "The current MetadataVersion is too old to support controller registrations.",
            )
        request = self.request
        record = RegisterControllerRecord(
            controller_id=request.controller_id,
            incarnation_id=request.incarnation_id,
            zk_migration_ready=False,
            end_points=[
                ControllerEndpoint(
                    name=at.name, host=at.host, port=at.port, security_protocol=at.security_protocol
                )
                for at in request.listeners
            ],
            features=[
                ControllerFeature(
                    name=each.name,
                    min_supported_version=each.min_supported_version,
                    max_supported_version=each.max_supported_version,
                )
                for each in request.features
            ],
        )
        return turn.answer(self.ticket, ControllerRegistrationResponse(), [MetadataRecord(record, 0)])

    def refused(self, error: ApiError) -> ControllerRegistrationResponse:
        return ControllerRegistrationResponse(error_code=error.code, error_message=told(error))
