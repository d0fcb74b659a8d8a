"""Configurations of topics, brokers, groups and the rest: describe them and alter them."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from ottla.link.call import ANYONE, Call, Node, Target, raise_error
from ottla.wire.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from ottla.wire.messages.describe_configs_response import DescribeConfigsResponse, DescribeConfigsResult
from ottla.wire.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from ottla.wire.messages.incremental_alter_configs_response import IncrementalAlterConfigsResponse
from ottla.wire.messages.list_config_resources_request import ListConfigResourcesRequest
from ottla.wire.messages.list_config_resources_response import ListConfigResourcesResponse


class ResourceType(IntEnum):
    """`ConfigResource.Type`."""

    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


class ConfigSource(IntEnum):
    """Where a value comes from."""

    UNKNOWN = 0
    DYNAMIC_TOPIC_CONFIG = 1
    DYNAMIC_BROKER_CONFIG = 2
    DYNAMIC_DEFAULT_BROKER_CONFIG = 3
    STATIC_BROKER_CONFIG = 4
    DEFAULT_CONFIG = 5
    DYNAMIC_BROKER_LOGGER_CONFIG = 6
    DYNAMIC_CLIENT_METRICS_CONFIG = 7
    DYNAMIC_GROUP_CONFIG = 8


class Resource(NamedTuple):
    """What is configured; for a broker the name is its id, empty for all brokers."""

    type: ResourceType
    name: str


class Synonym(NamedTuple):
    """A value that would hold if those before it weren't there."""

    name: str
    value: str | None
    source: ConfigSource


class ConfigEntry(NamedTuple):
    """One key of one resource. A sensitive value is None."""

    name: str
    value: str | None
    source: ConfigSource
    sensitive: bool
    read_only: bool
    synonyms: tuple[Synonym, ...]

    @property
    def is_default(self) -> bool:
        return self.source == ConfigSource.DEFAULT_CONFIG


def node_of(resource: Resource) -> Target:
    """A broker tells of itself alone; anyone tells the rest."""
    if resource.type in (ResourceType.BROKER, ResourceType.BROKER_LOGGER) and resource.name:
        return Node(int(resource.name))
    return ANYONE


def describe_configs(
    resources: Sequence[Resource], *, synonyms: bool = False
) -> Call[dict[Resource, list[ConfigEntry]]]:
    """The configurations of `resources`, which must have one `node_of` in common."""
    targets = {node_of(resource) for resource in resources}
    assert len(targets) == 1, "these resources are not told by one node"
    request = DescribeConfigsRequest(
        resources=[
            DescribeConfigsResource(
                resource_type=resource.type, resource_name=resource.name, configuration_keys=None
            )
            for resource in resources
        ],
        include_synonyms=synonyms,
    )
    return Call("describeConfigs", targets.pop(), request, _described)


def _described(response: DescribeConfigsResponse) -> dict[Resource, list[ConfigEntry]]:
    found = {}
    for result in response.results:
        raise_error(result.error_code, result.error_message)
        found[Resource(ResourceType(result.resource_type), result.resource_name)] = _entries(result)
    return found


def _entries(result: DescribeConfigsResult) -> list[ConfigEntry]:
    return [
        ConfigEntry(
            each.name,
            each.value,
            ConfigSource(each.config_source),
            each.is_sensitive,
            each.read_only,
            tuple(Synonym(one.name, one.value, ConfigSource(one.source)) for one in each.synonyms),
        )
        for each in result.configs
    ]


_SET, _DELETE = 0, 1


def alter_configs(resource: Resource, added: Mapping[str, str], deleted: Sequence[str]) -> Call[None]:
    """Set and remove single keys (KIP-339)."""
    changes = [AlterableConfig(name=name, config_operation=_DELETE, value="") for name in deleted]
    changes += [
        AlterableConfig(name=name, config_operation=_SET, value=value) for name, value in added.items()
    ]
    request = IncrementalAlterConfigsRequest(
        resources=[
            AlterConfigsResource(resource_type=resource.type, resource_name=resource.name, configs=changes)
        ]
    )
    return Call("incrementalAlterConfigs", node_of(resource), request, _altered)


def _altered(response: IncrementalAlterConfigsResponse) -> None:
    for result in response.responses:
        raise_error(result.error_code, result.error_message)


def list_config_resources(kind: ResourceType) -> Call[list[str]]:
    """The names of all resources of a kind that have a configuration (KIP-1142)."""
    request = ListConfigResourcesRequest(resource_types=[kind])
    return Call("listConfigResources", ANYONE, request, _listed)


def _listed(response: ListConfigResourcesResponse) -> list[str]:
    raise_error(response.error_code)
    return [resource.resource_name for resource in response.config_resources]
