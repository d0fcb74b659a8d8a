"""The controllers of a cluster as they registered (KIP-919, `ControllerRegistration`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.brokers import Endpoint
from ottla.metadata.features import VersionRange
from ottla.model.uuid import Uuid

if TYPE_CHECKING:
    from ottla.wire.messages.register_controller_record import RegisterControllerRecord


class Controller(NamedTuple):
    """One registration."""

    id: int
    incarnation_id: Uuid
    zk_migration_ready: bool
    endpoints: tuple[Endpoint, ...]
    features: PersistentMap[str, VersionRange]


ControllersImage = PersistentMap[int, Controller]
"""All registered controllers by id."""


def register(image: ControllersImage, record: RegisterControllerRecord) -> ControllersImage:
    """The new registration takes the place of the controller's old one, whole."""
    controller = Controller(
        id=record.controller_id,
        incarnation_id=Uuid(record.incarnation_id),
        zk_migration_ready=record.zk_migration_ready,
        endpoints=tuple(
            Endpoint(at.name, at.host, at.port, at.security_protocol) for at in record.end_points
        ),
        features=PersistentMap(
            (each.name, VersionRange(each.min_supported_version, each.max_supported_version))
            for each in record.features
        ),
    )
    return image.set(controller.id, controller)
