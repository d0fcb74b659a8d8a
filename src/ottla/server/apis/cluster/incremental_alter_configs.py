"""IncrementalAlterConfigs (key 44): set, delete, append to and subtract from single configurations (KIP-339).

Versions: 0 and 1; 1 is flexible. The broker checks changes to itself and to all brokers, and a node sets the
levels of its own loggers (KIP-412); the active controller stores the rest.
Errors, per resource: INVALID_REQUEST, INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION,
BROKER_ID_NOT_REGISTERED, POLICY_VIOLATION, NOT_CONTROLLER, REQUEST_TIMED_OUT.
"""

from ottla.controller.configs import IncrementalAlterConfigs
from ottla.machine.later import Later
from ottla.metadata.configs import ResourceType
from ottla.server.context import RequestContext
from ottla.server.translate.config_changes import (
    DELETE,
    Results,
    altered,
    check_broker_change,
    check_kind,
    check_own_or_all,
    results_of,
    settled_here,
    stored_alterations,
)
from ottla.server.translate.loggers import LevelChange, change_levels
from ottla.server.translate.passing_on import pass_on
from ottla.wire.messages.incremental_alter_configs_request import (
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from ottla.wire.messages.incremental_alter_configs_response import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsResponse,
)

_KEY = 44


def incremental_alter_configs(
    request: IncrementalAlterConfigsRequest, context: RequestContext
) -> IncrementalAlterConfigsResponse | Later[IncrementalAlterConfigsResponse]:
    resources, on_broker = request.resources, context.listener.kind == "broker"

    def settle(resource: AlterConfigsResource) -> bool:
        if resource.resource_type == ResourceType.BROKER_LOGGER:
            changes = [
                LevelChange(config.name, config.config_operation, config.value) for config in resource.configs
            ]
            change_levels(
                changes, resource.resource_name, context.node_id, validate_only=request.validate_only
            )
            return True
        if on_broker:
            check_kind(resource)
            if resource.resource_type == ResourceType.BROKER:
                _check_broker(resource, context)
        return False

    outcomes = settled_here(resources, settle, deletes=lambda config: config.config_operation == DELETE)
    rest = [each for position, each in enumerate(resources) if position not in outcomes]
    if not rest:
        return _response(results_of(resources, outcomes, ()))
    request = IncrementalAlterConfigsRequest(resources=rest, validate_only=request.validate_only)
    if on_broker:
        later = pass_on(request, _KEY, context)
    else:
        forwarded = context.is_forwarded
        later = context.quorum.submit(lambda ticket: IncrementalAlterConfigs(ticket, request, forwarded))
    return later.then(lambda answer: _response(results_of(resources, outcomes, answer and answer.responses)))


def _check_broker(resource: AlterConfigsResource, context: RequestContext) -> None:
    name = resource.resource_name
    check_own_or_all(name, context)
    properties = stored_alterations(name, context)
    for config in resource.configs:
        altered(properties, config.name, config.config_operation, config.value)
    check_broker_change(name, properties, context)


def _response(results: Results) -> IncrementalAlterConfigsResponse:
    return IncrementalAlterConfigsResponse(
        responses=[AlterConfigsResourceResponse(**each._asdict()) for each in results]
    )
