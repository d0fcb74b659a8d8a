"""Client quotas (KIP-546): who has which, and changing them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ottla.link.call import ANYONE, CONTROLLER, Call, raise_error
from ottla.model.errors import ErrorCode
from ottla.wire.messages import alter_client_quotas_request, describe_client_quotas_request
from ottla.wire.messages.alter_client_quotas_response import AlterClientQuotasResponse
from ottla.wire.messages.describe_client_quotas_response import DescribeClientQuotasResponse

Entity = tuple[tuple[str, str | None], ...]
"""Kinds (`user`, `client-id`, `ip`) and names; None is the default of its kind."""
_EXACT, _DEFAULT, _ANY = 0, 1, 2


class Component(NamedTuple):
    """What is asked of one kind: its name, "" for the default, None for all that there are."""

    kind: str
    name: str | None


def describe_quotas(components: Sequence[Component]) -> Call[dict[Entity, dict[str, float]]]:
    """The quotas of entities that have exactly these kinds."""
    request = describe_client_quotas_request.DescribeClientQuotasRequest(
        components=[
            describe_client_quotas_request.ComponentData(
                entity_type=each.kind,
                match_type=_ANY if each.name is None else _EXACT if each.name else _DEFAULT,
                match=each.name or None,
            )
            for each in components
        ],
        strict=True,
    )
    return Call("describeClientQuotas", ANYONE, request, _described)


def _described(response: DescribeClientQuotasResponse) -> dict[Entity, dict[str, float]]:
    raise_error(response.error_code, response.error_message)
    return {
        tuple((each.entity_type, each.entity_name) for each in entry.entity): {
            value.key: value.value for value in entry.values
        }
        for entry in response.entries or []
    }


def alter_quotas(entity: Entity, changes: Mapping[str, float | None]) -> Call[None]:
    """New values; None takes one away."""
    request = alter_client_quotas_request.AlterClientQuotasRequest(
        entries=[
            alter_client_quotas_request.EntryData(
                entity=[
                    alter_client_quotas_request.EntityData(entity_type=kind, entity_name=name)
                    for kind, name in entity
                ],
                ops=[
                    alter_client_quotas_request.OpData(
                        key=key, value=0.0 if value is None else value, remove=value is None
                    )
                    for key, value in changes.items()
                ],
            )
        ]
    )
    return Call("alterClientQuotas", CONTROLLER, request, _altered)


def _altered(response: AlterClientQuotasResponse) -> None:
    for entry in response.entries:
        raise_error(entry.error_code, entry.error_message, passing=(ErrorCode.NOT_CONTROLLER,))
