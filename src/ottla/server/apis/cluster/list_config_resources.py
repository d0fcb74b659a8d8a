"""ListConfigResources (key 74): what has a configuration of its own (KIP-714, KIP-1142).

Versions: 0 lists client metrics subscriptions, 1 adds topics, brokers, loggers and groups.
Errors: UNSUPPORTED_VERSION for a type that the version does not list.
"""

from collections.abc import Iterator

from ottla.metadata.configs import ResourceType
from ottla.model.errors import ApiError, ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.list_config_resources_request import ListConfigResourcesRequest
from ottla.wire.messages.list_config_resources_response import ConfigResource, ListConfigResourcesResponse

_OVERRIDDEN = (ResourceType.GROUP, ResourceType.CLIENT_METRICS)
_ALL = (*_OVERRIDDEN, ResourceType.BROKER_LOGGER, ResourceType.BROKER, ResourceType.TOPIC)


def list_config_resources(
    request: ListConfigResourcesRequest, context: RequestContext
) -> ListConfigResourcesResponse:
    listed = (ResourceType.CLIENT_METRICS,) if context.version == 0 else _ALL
    asked = request.resource_types or listed
    if not set(asked) <= set(listed):
        raise ApiError(ErrorCode.UNSUPPORTED_VERSION)
    return ListConfigResourcesResponse(
        config_resources=[
            ConfigResource(resource_name=name, resource_type=type_)
            for type_ in listed
            if type_ in asked
            for name in _names(type_, context)
        ]
    )


def _names(type_: ResourceType, context: RequestContext) -> Iterator[str]:
    image = context.image
    if type_ in _OVERRIDDEN:
        yield from (
            resource.name for resource, _ in image.configs.resources.sorted_items() if resource.type == type_
        )
    elif type_ is ResourceType.TOPIC:
        yield from (topic.name for topic in image.topics.sorted_by_name())
    else:
        for broker in image.brokers.sorted():
            if not broker.fenced and broker.endpoint(context.listener.name) is not None:
                yield str(broker.id)
