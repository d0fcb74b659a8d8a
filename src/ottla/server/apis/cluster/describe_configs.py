"""DescribeConfigs (key 32): the configuration of topics, brokers, loggers, groups and client metrics.

Versions: 1 to 4; 3 adds types (documentation, which it adds too, is never given), 4 is flexible.
Errors, per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST.
"""

from collections.abc import Sequence

from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.model.config.describing import (
    DescribedConfig,
    describe_all_brokers,
    describe_broker,
    describe_client_metrics,
    describe_group,
    describe_topic,
)
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.topics import name_refusal
from ottla.server.context import RequestContext
from ottla.server.translate.loggers import describe_loggers
from ottla.server.translate.own_node import check_own_broker
from ottla.wire.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from ottla.wire.messages.describe_configs_response import (
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)

_TYPES = ("UNKNOWN", "BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS", "PASSWORD")


def describe_configs(request: DescribeConfigsRequest, context: RequestContext) -> DescribeConfigsResponse:
    if not all(_is_known(each.resource_type) for each in request.resources):
        refusal = ApiError(ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST.text)
        return DescribeConfigsResponse(results=[_refused(each, refusal) for each in request.resources])
    results = [_described(each, context, request.include_synonyms) for each in request.resources]
    return DescribeConfigsResponse(results=results)


def _is_known(resource_type: int) -> bool:
    return resource_type in list(ResourceType) and resource_type != ResourceType.UNKNOWN


def _described(
    resource: DescribeConfigsResource, context: RequestContext, with_synonyms: bool
) -> DescribeConfigsResult:
    try:
        configs = _configs_of(resource, context)
    except ApiError as refusal:
        return _refused(resource, refusal)
    asked = resource.configuration_keys
    return DescribeConfigsResult(
        resource_type=resource.resource_type,
        resource_name=resource.resource_name,
        configs=[_entry(each, with_synonyms) for each in configs if not asked or each.name in asked],
    )


def _configs_of(resource: DescribeConfigsResource, context: RequestContext) -> Sequence[DescribedConfig]:
    name, configs = resource.resource_name, context.configs
    type_ = ResourceType(resource.resource_type)
    overrides = dict(context.image.configs.get(ConfigResource(type_, name)).sorted_items())
    match type_:
        case ResourceType.TOPIC:
            _check_topic(name, context)
            return describe_topic(configs, overrides)
        case ResourceType.BROKER if not name:
            return describe_all_brokers(configs)
        case ResourceType.BROKER:
            check_own_broker(name, context.node_id, "expected {} or empty string, but received {}")
            return describe_broker(configs)
        case ResourceType.BROKER_LOGGER:
            _check_not_empty(name, "Broker id must not be empty")
            check_own_broker(name, context.node_id, "expected {} but received {}")
            return describe_loggers()
        case ResourceType.CLIENT_METRICS:
            _check_not_empty(name, "Client metrics subscription name must not be empty")
            return describe_client_metrics(overrides)
        case _:
            _check_not_empty(name, "Group name must not be empty")
            return describe_group(configs, overrides)


def _check_topic(name: str, context: RequestContext) -> None:
    refusal = name_refusal(name)
    if refusal is not None:
        raise ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, refusal)
    if context.image.topics.by_name(name) is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "")


def _check_not_empty(name: str, refusal: str) -> None:
    if not name:
        raise ApiError(ErrorCode.INVALID_REQUEST, refusal)


def _refused(resource: DescribeConfigsResource, refusal: ApiError) -> DescribeConfigsResult:
    return DescribeConfigsResult(
        error_code=refusal.code,
        error_message=refusal.message,
        resource_type=resource.resource_type,
        resource_name=resource.resource_name,
    )


def _entry(config: DescribedConfig, with_synonyms: bool) -> DescribeConfigsResourceResult:
    synonyms = [
        DescribeConfigsSynonym(name=each.name, value=each.value, source=each.source)
        for each in config.synonyms
    ]
    return DescribeConfigsResourceResult(
        name=config.name,
        value=config.value,
        read_only=config.is_read_only,
        config_source=config.source,
        is_sensitive=config.is_sensitive,
        synonyms=synonyms if with_synonyms else [],
        config_type=_TYPES.index(config.type or "UNKNOWN"),
        documentation=None,
    )
