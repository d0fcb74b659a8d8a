"""Configurations of topics, brokers, their loggers, client metrics and groups: shown and altered."""

import sys
from collections.abc import Iterable

from ottla.cli.config import entities as kinds
from ottla.cli.config.changes import Changes
from ottla.cli.tools.ending import Failure, execution_failure
from ottla.cli.tools.java_order import hash_order
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.groups import all_groups
from ottla.link.admin.cluster import BROKERS, CONTROLLERS, describe_cluster
from ottla.link.admin.configs import (
    ConfigEntry,
    ConfigSource,
    Resource,
    ResourceType,
    alter_configs,
    describe_configs,
    list_config_resources,
)
from ottla.link.admin.topics import list_topics
from ottla.link.cluster_view import NodeAddress
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.topics import name_refusal
from ottla.wire.primitives import UnsupportedVersion

_RESOURCES = {
    kinds.TOPICS: ResourceType.TOPIC,
    kinds.BROKERS: ResourceType.BROKER,
    kinds.BROKER_LOGGERS: ResourceType.BROKER_LOGGER,
    kinds.CLIENT_METRICS: ResourceType.CLIENT_METRICS,
    kinds.GROUPS: ResourceType.GROUP,
}
_DYNAMIC = {
    kinds.TOPICS: ConfigSource.DYNAMIC_TOPIC_CONFIG,
    kinds.CLIENT_METRICS: ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG,
    kinds.GROUPS: ConfigSource.DYNAMIC_GROUP_CONFIG,
}


async def describe_resources(cluster: Cluster, kind: str, name: str | None, *, everything: bool) -> None:
    """One entity, or all of its kind; only what is set dynamically, or `everything`."""
    if name is not None and not everything and not await _exists(cluster, kind, name):
        sys.stdout.write(f"The {_one(kind)} '{name}' doesn't exist and doesn't have dynamic config.\n")
        return
    names = [name] if name is not None else await _all_names(cluster, kind)
    for each in names:
        if each:
            sys.stdout.write(f"{'All' if everything else 'Dynamic'} configs for {_one(kind)} {each} are:\n")
        else:
            sys.stdout.write(f"Default configs for {kind} in the cluster are:\n")
        for entry in await _entries(cluster, kind, each, everything=everything):
            sys.stdout.write(f"{_line(entry)}\n")


async def alter_resource(cluster: Cluster, kind: str, name: str, changes: Changes) -> None:
    if kind == kinds.BROKER_LOGGERS:
        known = {entry.name for entry in await _entries(cluster, kind, name, everything=False)}
        unknown = [key for key in (*changes.deleted, *changes.added) if key not in known]
        if unknown:
            raise Failure(
                f"Invalid broker logger(s): {','.join(unknown)}",
                "org.apache.kafka.common.errors.InvalidConfigurationException",
            )
    try:
        await cluster.call(alter_configs(Resource(_RESOURCES[kind], name), changes.added, changes.deleted))
    except UnsupportedVersion:
        raise UnsupportedVersion(
            "The INCREMENTAL_ALTER_CONFIGS API is not supported by the cluster. The API is supported "
            "starting from version 2.3.0. You may want to use an older version of this tool to interact with "
            "your cluster, or upgrade your brokers to version 2.3.0 or newer to avoid this error."
        ) from None
    except (ApiError, CallTimedOut) as error:
        raise execution_failure(error) from error


async def _exists(cluster: Cluster, kind: str, name: str) -> bool:
    if kind == kinds.TOPICS:
        _check_topic(name)
        return any(topic.name == name for topic in await cluster.call(list_topics()))
    if kind in (kinds.BROKERS, kinds.BROKER_LOGGERS):
        nodes = await _nodes(cluster)
        return not name or any(str(node.id) == name for node in nodes)
    if kind == kinds.CLIENT_METRICS:
        return name in await cluster.call(list_config_resources(ResourceType.CLIENT_METRICS))
    if any(group.id == name for group in await all_groups(cluster)):
        return True
    configured = await _configured_groups(cluster)
    return configured is None or name in configured


async def _all_names(cluster: Cluster, kind: str) -> list[str]:
    if kind == kinds.TOPICS:
        return hash_order(topic.name for topic in await cluster.call(list_topics()))
    if kind in (kinds.BROKERS, kinds.BROKER_LOGGERS):
        return [str(node.id) for node in await _nodes(cluster)] + [""]
    if kind == kinds.CLIENT_METRICS:
        return await cluster.call(list_config_resources(ResourceType.CLIENT_METRICS))
    groups = [group.id for group in await all_groups(cluster)]
    return list(dict.fromkeys([*groups, *(await _configured_groups(cluster) or ())]))


async def _nodes(cluster: Cluster) -> list[NodeAddress]:
    """The brokers; the controllers, when these are asked."""
    call = describe_cluster(CONTROLLERS if cluster.of_controllers else BROKERS)
    return (await cluster.call(call)).nodes


async def _configured_groups(cluster: Cluster) -> list[str] | None:
    """Groups that have a configuration; None where the cluster doesn't tell."""
    try:
        return await cluster.call(list_config_resources(ResourceType.GROUP))
    except UnsupportedVersion:
        return None
    except ApiError as error:
        if error.code in (ErrorCode.UNSUPPORTED_VERSION, ErrorCode.CLUSTER_AUTHORIZATION_FAILED):
            return None
        raise


async def _entries(cluster: Cluster, kind: str, name: str, *, everything: bool) -> Iterable[ConfigEntry]:
    if kind == kinds.TOPICS:
        _check_topic(name)
    source = _DYNAMIC.get(kind)
    if kind == kinds.BROKERS:
        source = ConfigSource.DYNAMIC_BROKER_CONFIG if name else ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
    resource = Resource(_RESOURCES[kind], name)
    try:
        entries = (await cluster.call(describe_configs([resource], synonyms=True)))[resource]
    except (ApiError, CallTimedOut, UnsupportedVersion) as error:
        raise execution_failure(error) from error
    shown = [entry for entry in entries if everything or source is None or entry.source == source]
    return sorted(shown, key=lambda entry: entry.name)


def _check_topic(name: str) -> None:
    refusal = name_refusal(name)
    if refusal is not None:
        raise Failure(refusal, "org.apache.kafka.common.errors.InvalidTopicException")


def _line(entry: ConfigEntry) -> str:
    synonyms = ", ".join(f"{each.source.name}:{each.name}={_text(each.value)}" for each in entry.synonyms)
    sensitive = "true" if entry.sensitive else "false"
    return f"  {entry.name}={_text(entry.value)} sensitive={sensitive} synonyms={{{synonyms}}}"


def _text(value: str | None) -> str:
    return "null" if value is None else value


def _one(kind: str) -> str:
    """One of them: `topic`, and `client-metric`, as Kafka cuts it."""
    return kind[:-1]
