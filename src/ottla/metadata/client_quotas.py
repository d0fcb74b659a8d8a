"""Quotas of users, client ids and addresses (KIP-546)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.machine.maps import PersistentMap

if TYPE_CHECKING:
    from ottla.wire.messages.client_quota_record import ClientQuotaRecord

QuotaEntity = tuple[tuple[str, str | None], ...]
"""Type (`user`, `client-id`, `ip`) and name of each part, by type. No name means the default of that type."""
Quotas = PersistentMap[str, float]
ClientQuotasImage = PersistentMap[QuotaEntity, Quotas]

NO_QUOTAS: Quotas = PersistentMap()


def set_quota(image: ClientQuotasImage, record: ClientQuotaRecord) -> ClientQuotasImage:
    entity = entity_of(record)
    quotas = image.get(entity, NO_QUOTAS)
    quotas = quotas.remove(record.key) if record.remove else quotas.set(record.key, record.value)
    return image.set(entity, quotas) if quotas else image.remove(entity)


def entity_of(record: ClientQuotaRecord) -> QuotaEntity:
    return tuple(sorted((part.entity_type, part.entity_name) for part in record.entity))


def entity_order(entity: QuotaEntity) -> tuple[tuple[str, bool, str], ...]:
    """A key to sort entities by: names that are missing do not compare."""
    return tuple((type_, name is not None, name or "") for type_, name in entity)
