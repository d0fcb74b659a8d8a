"""AlterConfigs (33) and IncrementalAlterConfigs (44): configuration overrides, each resource for itself."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from ottla.controller.alter_configs import Alteration, Operation, altered_configs, replaced_configs
from ottla.controller.turn import Outcome, Turn, bounded, told
from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages import alter_configs_request as legacy_request
from ottla.wire.messages import alter_configs_response as legacy_response
from ottla.wire.messages import incremental_alter_configs_request as incremental_request
from ottla.wire.messages import incremental_alter_configs_response as incremental_response

Wanted = TypeVar("Wanted", legacy_request.AlterConfigsResource, incremental_request.AlterConfigsResource)


class AlterConfigs(NamedTuple):
    """Give each resource exactly the overrides named: the old API, which loses what is not named."""

    ticket: Ticket
    request: legacy_request.AlterConfigsRequest
    forwarded: bool = True
    """Whether a broker passed the request on, and so has checked what only it can."""

    def decide(self, turn: Turn) -> Outcome:
        def alter(
            resource: ConfigResource, wanted: legacy_request.AlterConfigsResource
        ) -> list[MetadataRecord]:
            configs = {config.name: config.value for config in wanted.configs}
            return replaced_configs(turn, resource, configs, forwarded=self.forwarded)

        records, results = _each(self.request.resources, alter)
        return turn.answer(
            self.ticket, _legacy_response(results), () if self.request.validate_only else records
        )

    def refused(self, error: ApiError) -> legacy_response.AlterConfigsResponse:
        return _legacy_response([_result(wanted, error) for wanted in self.request.resources])


class IncrementalAlterConfigs(NamedTuple):
    """Set, delete, append to and subtract from single overrides (KIP-339)."""

    ticket: Ticket
    request: incremental_request.IncrementalAlterConfigsRequest
    forwarded: bool = True
    """As of AlterConfigs."""

    def decide(self, turn: Turn) -> Outcome:
        def alter(
            resource: ConfigResource, wanted: incremental_request.AlterConfigsResource
        ) -> list[MetadataRecord]:
            alterations = [_alteration(config) for config in wanted.configs]
            return altered_configs(turn, resource, alterations, exists=True, forwarded=self.forwarded)

        records, results = _each(self.request.resources, alter)
        return turn.answer(self.ticket, _response(results), () if self.request.validate_only else records)

    def refused(self, error: ApiError) -> incremental_response.IncrementalAlterConfigsResponse:
        return _response([_result(wanted, error) for wanted in self.request.resources])


class _Result(NamedTuple):
    error_code: ErrorCode
    error_message: str | None
    resource_type: int
    resource_name: str


def _legacy_response(results: Sequence[_Result]) -> legacy_response.AlterConfigsResponse:
    return legacy_response.AlterConfigsResponse(
        responses=[legacy_response.AlterConfigsResourceResponse(**each._asdict()) for each in results]
    )


def _response(results: Sequence[_Result]) -> incremental_response.IncrementalAlterConfigsResponse:
    return incremental_response.IncrementalAlterConfigsResponse(
        responses=[incremental_response.AlterConfigsResourceResponse(**each._asdict()) for each in results]
    )


def _each(
    resources: Sequence[Wanted], alter: Callable[[ConfigResource, Wanted], list[MetadataRecord]]
) -> tuple[list[MetadataRecord], list[_Result]]:
    """Alter each resource: the records of those that may, and a result for all."""
    records: list[MetadataRecord] = []
    results: dict[tuple[int, str], _Result] = {}
    times = Counter((wanted.resource_type, wanted.resource_name) for wanted in resources)
    for wanted in resources:
        named = (wanted.resource_type, wanted.resource_name)
        try:
            resource = _resource(wanted)
            if times[named] > 1:
                raise ApiError(ErrorCode.INVALID_REQUEST, "Duplicate resource.")
            records += alter(resource, wanted)
        except ApiError as refusal:
            results[named] = _result(wanted, refusal)
        else:
            results[named] = _result(wanted, None)
    return bounded(records), list(results.values())


def _resource(wanted: Wanted) -> ConfigResource:
    try:
        type_ = ResourceType(wanted.resource_type)
    except ValueError:
        type_ = ResourceType.UNKNOWN
    if type_ is ResourceType.UNKNOWN:
        raise ApiError(ErrorCode.UNSUPPORTED_VERSION, f"Unknown resource type {wanted.resource_type}.")
    if type_ is ResourceType.BROKER_LOGGER:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"Unexpected resource type {type_.name}.")
    return ConfigResource(type_, wanted.resource_name)


def _alteration(config: incremental_request.AlterableConfig) -> Alteration:
    try:
        return Alteration(config.name, Operation(config.config_operation), config.value)
    except ValueError:
        raise ApiError(
            ErrorCode.INVALID_REQUEST, f"Unknown config operation {config.config_operation}."
        ) from None


def _result(wanted: Wanted, error: ApiError | None) -> _Result:
    return _Result(
        error_code=ErrorCode.NONE if error is None else error.code,
        error_message=None if error is None else told(error),
        resource_type=wanted.resource_type,
        resource_name=wanted.resource_name,
    )
