"""Access control entries by id (KIP-801)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.record import ReplayError
from ottla.model.uuid import Uuid, uuid_text

if TYPE_CHECKING:
    from ottla.wire.messages.access_control_entry_record import AccessControlEntryRecord
    from ottla.wire.messages.remove_access_control_entry_record import RemoveAccessControlEntryRecord


class Acl(NamedTuple):
    """Who may do what, or may not.

    The numbers are those of Kafka's ResourceType, PatternType, AclOperation and AclPermissionType.
    """

    resource_type: int
    resource_name: str
    pattern_type: int
    principal: str
    host: str
    operation: int
    permission_type: int


AclsImage = PersistentMap[Uuid, Acl]


def add_acl(image: AclsImage, record: AccessControlEntryRecord) -> AclsImage:
    acl = Acl(
        record.resource_type,
        record.resource_name,
        record.pattern_type,
        record.principal,
        record.host,
        record.operation,
        record.permission_type,
    )
    return image.set(Uuid(record.id), acl)


def remove_acl(image: AclsImage, record: RemoveAccessControlEntryRecord) -> AclsImage:
    acl_id = Uuid(record.id)
    if acl_id not in image:
        raise ReplayError(record, f"no acl has the id {uuid_text(acl_id)}")
    return image.remove(acl_id)
