"""AlterConfigs (key 33): give resources exactly the configurations named; what is not named is lost.

Versions: 0 to 2; 2 is flexible. The broker checks changes to itself and to all brokers; the active controller
stores them. Clients use IncrementalAlterConfigs instead (KIP-339).
Errors, per resource: INVALID_REQUEST, INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION,
BROKER_ID_NOT_REGISTERED, POLICY_VIOLATION, NOT_CONTROLLER, REQUEST_TIMED_OUT.
"""

from ottla.controller.configs import AlterConfigs
from ottla.machine.later import Later
from ottla.metadata.configs import ResourceType
from ottla.server.context import RequestContext
from ottla.server.translate.config_changes import (
    Results,
    check_broker_change,
    check_kind,
    check_own_or_all,
    results_of,
    settled_here,
)
from ottla.server.translate.passing_on import pass_on
from ottla.wire.messages.alter_configs_request import AlterConfigsRequest, AlterConfigsResource
from ottla.wire.messages.alter_configs_response import AlterConfigsResourceResponse, AlterConfigsResponse

_KEY = 33


def alter_configs(
    request: AlterConfigsRequest, context: RequestContext
) -> AlterConfigsResponse | Later[AlterConfigsResponse]:
    if context.listener.kind == "controller":
        forwarded = context.is_forwarded
        return context.quorum.submit(lambda ticket: AlterConfigs(ticket, request, forwarded))
    resources = request.resources
    outcomes = settled_here(resources, lambda resource: _check(resource, context))
    rest = [each for position, each in enumerate(resources) if position not in outcomes]
    if not rest:
        return _response(results_of(resources, outcomes, ()))
    remaining = AlterConfigsRequest(resources=rest, validate_only=request.validate_only)
    return pass_on(remaining, _KEY, context).then(
        lambda answer: _response(results_of(resources, outcomes, answer and answer.responses))
    )


def _check(resource: AlterConfigsResource, context: RequestContext) -> bool:
    """Never settles a resource; may raise ApiError."""
    check_kind(resource)
    if resource.resource_type == ResourceType.BROKER:
        name = resource.resource_name
        check_own_or_all(name, context)
        check_broker_change(name, {config.name: config.value or "" for config in resource.configs}, context)
    return False


def _response(results: Results) -> AlterConfigsResponse:
    return AlterConfigsResponse(
        responses=[AlterConfigsResourceResponse(**each._asdict()) for each in results]
    )
