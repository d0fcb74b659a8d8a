"""Delegation tokens by id (KIP-900). The secret of a token is computed from its id and is not in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap

if TYPE_CHECKING:
    from ottla.wire.messages.delegation_token_record import DelegationTokenRecord
    from ottla.wire.messages.remove_delegation_token_record import RemoveDelegationTokenRecord


class DelegationToken(NamedTuple):
    """Principals are texts like `User:alice`, times are wall-clock milliseconds."""

    token_id: str
    owner: str
    requester: str
    renewers: tuple[str, ...]
    issue_ms: int
    max_ms: int
    expiry_ms: int


DelegationTokensImage = PersistentMap[str, DelegationToken]


def set_token(image: DelegationTokensImage, record: DelegationTokenRecord) -> DelegationTokensImage:
    token = DelegationToken(
        record.token_id,
        record.owner,
        record.requester,
        tuple(record.renewers),
        record.issue_timestamp,
        record.max_timestamp,
        record.expiration_timestamp,
    )
    return image.set(token.token_id, token)


def remove_token(image: DelegationTokensImage, record: RemoveDelegationTokenRecord) -> DelegationTokensImage:
    """Removing a token that is gone changes nothing."""
    return image.remove(record.token_id)
