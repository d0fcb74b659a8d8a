"""Requests about configurations, and what a node answers to them, in a form that can be compared."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from ottla.dial.channel import Channel
from ottla.metadata.configs import ResourceType
from ottla.wire.message import Message
from ottla.wire.messages import alter_configs_request as legacy
from ottla.wire.messages import incremental_alter_configs_request as incremental
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from ottla.wire.messages.list_config_resources_request import ListConfigResourcesRequest

TOPIC, BROKER, LOGGER = ResourceType.TOPIC, ResourceType.BROKER, ResourceType.BROKER_LOGGER
METRICS, GROUP = ResourceType.CLIENT_METRICS, ResourceType.GROUP
SET, DELETE, APPEND, SUBTRACT = range(4)
Step = tuple[Message, int]
"""A request and its version."""
_TO_TAKE_EFFECT_S = 0.03
"""Apache Kafka's broker sees what the controller has committed a little later."""


def create_topic(name: str, **configs: str) -> Step:
    topic = CreatableTopic(
        name=name,
        num_partitions=1,
        replication_factor=1,
        configs=[CreatableTopicConfig(name=_key(key), value=value) for key, value in configs.items()],
    )
    return CreateTopicsRequest(topics=[topic], timeout_ms=10_000), 7


def describe(
    *resources: tuple[int, str], keys: Sequence[str] | None = None, synonyms: bool = True, version: int = 4
) -> Step:
    asked = [
        DescribeConfigsResource(
            resource_type=type_, resource_name=name, configuration_keys=None if keys is None else list(keys)
        )
        for type_, name in resources
    ]
    return DescribeConfigsRequest(resources=asked, include_synonyms=synonyms), version


def change(type_: int, name: str, *operations: tuple[int, str, str | None], validate: bool = False) -> Step:
    """IncrementalAlterConfigs of one resource."""
    return changes((type_, name, operations), validate=validate)


def changes(
    *resources: tuple[int, str, Sequence[tuple[int, str, str | None]]], validate: bool = False
) -> Step:
    asked = [
        incremental.AlterConfigsResource(
            resource_type=type_,
            resource_name=name,
            configs=[
                incremental.AlterableConfig(name=key, config_operation=operation, value=value)
                for operation, key, value in operations
            ],
        )
        for type_, name, operations in resources
    ]
    return incremental.IncrementalAlterConfigsRequest(resources=asked, validate_only=validate), 1


def replace(type_: int, name: str, *configs: tuple[str, str | None], version: int = 2) -> Step:
    """AlterConfigs of one resource."""
    resource = legacy.AlterConfigsResource(
        resource_type=type_,
        resource_name=name,
        configs=[legacy.AlterableConfig(name=key, value=value) for key, value in configs],
    )
    return legacy.AlterConfigsRequest(resources=[resource]), version


def list_resources(*types: int, version: int = 1) -> Step:
    return ListConfigResourcesRequest(resource_types=list(types)), version


def talk(ports: Sequence[int], steps: Sequence[Step], hidden: Sequence[Sequence[str]]) -> list[list[Any]]:
    """What the nodes on `ports` answer, step by step; the texts that differ between them are `hidden`."""

    async def ask() -> list[list[Any]]:
        channels = [Channel("127.0.0.1", port, "conversation") for port in ports]
        for channel in channels:
            await channel.open()
        answers = []
        for request, version in steps:
            found = [await channel.request(request, version=version) for channel in channels]
            answers.append([_plain(answer, texts) for answer, texts in zip(found, hidden, strict=True)])
            if not isinstance(request, DescribeConfigsRequest):
                await asyncio.sleep(_TO_TAKE_EFFECT_S)
        for channel in channels:
            channel.close()
        return answers

    return asyncio.run(ask())


def _plain(value: Any, hidden: Sequence[str]) -> Any:
    """A message as dictionaries; lists sorted by their text, since Kafka's order is a hash table's."""
    if isinstance(value, Message):
        return {name: _plain(getattr(value, name), hidden) for name in _fields(value)}
    if isinstance(value, list):
        return sorted((_plain(item, hidden) for item in value), key=str)
    if isinstance(value, str):
        for position, text in enumerate(hidden):
            value = value.replace(text, f"<{position}>")
    return value


def _fields(message: Message) -> Iterator[str]:
    for cls in type(message).__mro__:
        for name in getattr(cls, "__slots__", ()):
            if name not in ("throttle_time_ms", "documentation", "unknown_tagged_fields", "topic_id"):
                yield name


def _key(name: str) -> str:
    return name.replace("_", ".")
