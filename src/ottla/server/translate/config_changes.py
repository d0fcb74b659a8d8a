"""What a broker checks of a change to configurations before the controller sees it (`ConfigAdminManager`)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.model.config.broker_configs import usable
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER
from ottla.model.errors import ApiError, ErrorCode
from ottla.server.context import RequestContext
from ottla.server.translate.own_node import check_own_node

SET, DELETE, APPEND, SUBTRACT = range(4)
_KNOWN = (ResourceType.TOPIC, ResourceType.CLIENT_METRICS, ResourceType.GROUP)


class Wanted(Protocol):
    """One resource of a request."""

    resource_type: int
    resource_name: str

    @property
    def configs(self) -> Sequence[Any]: ...


class Result(NamedTuple):
    """The answer for one resource, as both APIs give it."""

    error_code: ErrorCode
    error_message: str | None
    resource_type: int
    resource_name: str


Results = Sequence[Result]
Outcomes = Mapping[int, ApiError | None]
"""By position of the resource: why it is refused; None where it is dealt with."""
WantedResource = TypeVar("WantedResource", bound=Wanted)


def settled_here(
    resources: Sequence[WantedResource],
    settle: Callable[[WantedResource], bool],
    deletes: Callable[[Any], bool] = lambda config: False,
) -> Outcomes:
    """What is refused or dealt with here; the other resources are the controller's.

    `settle` checks one resource and says whether it has dealt with it, or raises ApiError. `deletes` tells
    whether a change needs no value.
    """
    times = Counter((each.resource_type, each.resource_name) for each in resources)
    outcomes: dict[int, ApiError | None] = {}
    for position, resource in enumerate(resources):
        try:
            if times[resource.resource_type, resource.resource_name] > 1:
                raise ApiError(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.")
            _check_keys(resource, deletes)
            if settle(resource):
                outcomes[position] = None
        except ApiError as refusal:
            outcomes[position] = refusal
    return outcomes


def results_of(resources: Sequence[Wanted], outcomes: Outcomes, others: Sequence[Any] | None) -> Results:
    """A result for each resource: what was settled here, and what the controller answered (None: nothing)."""
    answered = {(each.resource_type, each.resource_name): each for each in others or ()}
    results = []
    for position, resource in enumerate(resources):
        named = (resource.resource_type, resource.resource_name)
        if position in outcomes:
            refusal = outcomes[position]
            code, text = (ErrorCode.NONE, None) if refusal is None else (refusal.code, refusal.message)
        elif named in answered:
            code, text = ErrorCode(answered[named].error_code), answered[named].error_message
        else:
            code, text = ErrorCode.REQUEST_TIMED_OUT, None
        results.append(Result(code, text, *named))
    return results


def check_kind(resource: Wanted) -> None:
    """Raise ApiError unless changes to this kind of resource are stored."""
    if resource.resource_type not in (*_KNOWN, ResourceType.BROKER):
        raise ApiError(ErrorCode.INVALID_REQUEST, f"Unknown resource type {resource.resource_type}")


def check_broker_change(name: str, properties: Mapping[str, str], context: RequestContext) -> None:
    """Raise ApiError unless this broker (all brokers, for an empty name) may be altered to `properties`."""
    try:
        context.configs.check(properties, per_broker=bool(name))
    except ConfigException as error:
        raise ApiError(ErrorCode.INVALID_REQUEST, str(error)) from None


def check_own_or_all(name: str, context: RequestContext) -> None:
    if name:
        check_own_node(name, context.node_id, "Node id", "Unexpected broker id, expected {}, but received {}")


def stored_alterations(name: str, context: RequestContext) -> dict[str, str]:
    """What is altered already of this broker, or of all brokers; without what could not be altered today."""
    stored = context.image.configs.get(ConfigResource(ResourceType.BROKER, name))
    properties, _ = usable(dict(stored.sorted_items()), per_broker=bool(name))
    return properties


def altered(properties: dict[str, str], name: str, operation: int, value: str | None) -> None:
    """Carry out one operation of IncrementalAlterConfigs on a broker's alterations. Raises ApiError."""
    if operation == SET:
        properties[name] = value or ""
    elif operation == DELETE:
        properties.pop(name, None)
    elif operation in (APPEND, SUBTRACT):
        words = _words(properties, name, "append" if operation == APPEND else "subtract")
        changed = (value or "").split(",")
        if operation == APPEND:
            words = [word for word in words if word] + [word for word in changed if word not in words]
        else:
            for word in changed:
                if word in words:
                    words.remove(word)
        properties[name] = ",".join(words)
    else:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"Unknown operations type {operation}")


def _words(properties: Mapping[str, str], name: str, operation: str) -> list[str]:
    key = BROKER.get(name)
    if key is None:
        raise ApiError(ErrorCode.INVALID_CONFIG, f"Unknown config name: {name}")
    if key.type != "LIST":
        raise ApiError(
            ErrorCode.INVALID_CONFIG, f"Config value {operation} is not allowed for config key: {name}"
        )
    return properties.get(name, key.default or "").split(",")


def _check_keys(resource: Wanted, deletes: Callable[[Any], bool]) -> None:
    times = Counter(config.name for config in resource.configs)
    if any(count > 1 for count in times.values()):
        raise ApiError(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys")
    nulls = [config.name for config in resource.configs if config.value is None and not deletes(config)]
    if nulls:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"Null value not supported for : {', '.join(nulls)}")
