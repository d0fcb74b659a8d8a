"""Which records change a configuration, and which changes are refused (`ConfigurationControlManager`)."""

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from ottla.controller.topic_configs import MIN_INSYNC_REPLICAS
from ottla.controller.turn import Turn
from ottla.metadata import metadata_version
from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.topics import name_refusal
from ottla.wire.messages.clear_elr_record import ClearElrRecord
from ottla.wire.messages.config_record import ConfigRecord

CORDONED_LOG_DIRS: Final = "cordoned.log.dirs"
VALUE_LENGTH_MAX: Final = 32_767
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,10}")


class Operation(IntEnum):
    """As numbered in IncrementalAlterConfigs."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


class Alteration(NamedTuple):
    """One operation on one configuration."""

    name: str
    operation: Operation
    value: str | None


def altered_configs(
    turn: Turn, resource: ConfigResource, alterations: Sequence[Alteration], *, exists: bool, forwarded: bool
) -> list[MetadataRecord]:
    """The records that carry out `alterations`. Raises ApiError, and then nothing of the resource changes.

    Of brokers a value is written also when it is the same: it makes them load secrets from their files anew
    (KAFKA-14136).
    """
    overrides = turn.image.configs.get(resource)
    changes: dict[str, str | None] = {}
    for alteration in alterations:
        value = _new_value(turn, resource, alteration)
        if value != overrides.get(alteration.name) or resource.type is ResourceType.BROKER:
            changes[alteration.name] = value
    return _checked(turn, resource, changes, (), exists=exists, forwarded=forwarded)


def replaced_configs(
    turn: Turn, resource: ConfigResource, configs: dict[str, str | None], *, forwarded: bool
) -> list[MetadataRecord]:
    """The records that leave `configs` as the only overrides of `resource`: the old AlterConfigs."""
    overrides = turn.image.configs.get(resource)
    changes = {
        name: value
        for name, value in configs.items()
        if value != overrides.get(name) or resource.type is ResourceType.BROKER
    }
    deleted = [name for name, _ in overrides.sorted_items() if name not in configs]
    return _checked(turn, resource, changes, deleted, exists=True, forwarded=forwarded)


def _new_value(turn: Turn, resource: ConfigResource, alteration: Alteration) -> str | None:
    name, operation, value = alteration
    if operation is Operation.SET:
        return value
    if operation is Operation.DELETE:
        return None
    rules = turn.config.rules
    if not rules.is_list(resource.type, name):
        raise ApiError(
            ErrorCode.INVALID_CONFIG,
            f"Can't {operation.name} to key {name} because its type is not LIST.",
        )
    current = turn.image.configs.get(resource).get(name)
    text = rules.default(resource.type, name) if current is None else current
    parts = [part for part in (text or "").split(",") if part]
    for part in (value or "").split(","):
        if operation is Operation.SUBTRACT:
            if part in parts:
                parts.remove(part)
        elif part not in parts:
            parts.append(part)
    return ",".join(parts)


def _checked(
    turn: Turn,
    resource: ConfigResource,
    changes: dict[str, str | None],
    deleted: Sequence[str],
    *,
    exists: bool,
    forwarded: bool,
) -> list[MetadataRecord]:
    every = changes | dict.fromkeys(deleted)
    existing = dict(turn.image.configs.get(resource).sorted_items())
    for name, value in every.items():
        if resource.type is ResourceType.BROKER:
            _check_broker_config(turn, resource, name, value, existing.get(name), forwarded)
        if value is not None and len(value) > VALUE_LENGTH_MAX:
            raise ApiError(
                ErrorCode.INVALID_CONFIG,
                "The configuration value cannot be added because it exceeds the maximum value size of "
                f"{VALUE_LENGTH_MAX} bytes.",
            )
    check_resource_name(resource)
    after = {name: value for name, value in (existing | every).items() if value is not None}
    turn.config.rules.validate(resource, after, existing)
    if exists:
        _check_exists(turn, resource)
    records = [_record(resource, name, value) for name, value in every.items()]
    return records + _clear_elr(turn, resource, every)


def _check_broker_config(
    turn: Turn, resource: ConfigResource, name: str, value: str | None, current: str | None, forwarded: bool
) -> None:
    if name == MIN_INSYNC_REPLICAS and turn.image.features.elr_enabled:
        if resource.name:
            raise ApiError(
                ErrorCode.INVALID_CONFIG,
                f"Broker-level {name} cannot be altered while ELR is enabled.",
            )
        if value is None:
            raise ApiError(
                ErrorCode.INVALID_CONFIG, f"Cluster-level {name} cannot be removed while ELR is enabled."
            )
    if name == CORDONED_LOG_DIRS:
        _check_cordoned(turn, value, current, forwarded)


def _check_cordoned(turn: Turn, value: str | None, current: str | None, forwarded: bool) -> None:
    """Only a broker knows its paths, so a request that did not pass through it can only free directories."""
    if turn.level < metadata_version.CORDONED_LOG_DIRS:
        name = metadata_version.NAMES[metadata_version.CORDONED_LOG_DIRS]
        raise ApiError(
            ErrorCode.INVALID_CONFIG,
            f"The {CORDONED_LOG_DIRS} configuration value cannot be set because it requires "
            f"metadata.version >= {name}",
        )
    if forwarded or value is None or not value.strip():
        return
    known = [part.strip() for part in (current or "").split(",")]
    if not {part.strip() for part in value.split(",")} <= set(known):
        raise ApiError(
            ErrorCode.INVALID_CONFIG,
            f"When updating {CORDONED_LOG_DIRS} via controllers,  the new value must be a subset of the "
            "current configuration value.",
        )


def _check_exists(turn: Turn, resource: ConfigResource) -> None:
    if resource.type is ResourceType.BROKER and resource.name and not _is_node(turn, int(resource.name)):
        raise ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, f"No node with id {resource.name} found.")
    if resource.type is ResourceType.TOPIC and turn.image.topics.by_name(resource.name) is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"The topic '{resource.name}' does not exist.")


def _is_node(turn: Turn, node_id: int) -> bool:
    image = turn.image
    return (
        node_id in turn.config.voter_ids or node_id in image.brokers.brokers or node_id in image.controllers
    )


def check_resource_name(resource: ConfigResource) -> None:
    """Raise ApiError unless there can be such a resource, with configurations in the log."""
    match resource:
        case (ResourceType.TOPIC, ""):
            raise ApiError(ErrorCode.INVALID_REQUEST, "Default topic resources are not allowed.")
        case (ResourceType.TOPIC, name) if refusal := name_refusal(name):
            raise ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, refusal)
        case (ResourceType.BROKER, name) if name:
            if not _DECIMAL.fullmatch(name):
                raise ApiError(ErrorCode.INVALID_REQUEST, "Unable to parse broker name as a base 10 number.")
            if int(name) < 0:
                raise ApiError(ErrorCode.INVALID_REQUEST, "Invalid negative broker ID.")
        case (ResourceType.GROUP, ""):
            raise ApiError(ErrorCode.INVALID_REQUEST, "Default group resources are not allowed.")
        case (ResourceType.BROKER_LOGGER | ResourceType.UNKNOWN, _):
            raise ApiError(ErrorCode.INVALID_REQUEST, f"Unknown resource type {resource.type.name}")


def _record(resource: ConfigResource, name: str, value: str | None) -> MetadataRecord:
    record = ConfigRecord(resource_type=resource.type, resource_name=resource.name, name=name, value=value)
    return MetadataRecord(record, 0)


def _clear_elr(turn: Turn, resource: ConfigResource, changes: dict[str, str | None]) -> list[MetadataRecord]:
    """Another min.insync.replicas makes void who was eligible under the old one (KIP-966)."""
    if MIN_INSYNC_REPLICAS not in changes or not turn.image.features.elr_enabled:
        return []
    topic = resource.name if resource.type is ResourceType.TOPIC else ""
    return [MetadataRecord(ClearElrRecord(topic_name=topic), 0)]
