"""The brokers of a cluster as they registered (`BrokerRegistration`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.features import VersionRange
from ottla.metadata.record import ReplayError
from ottla.model.uuid import LOST_DIRECTORY, UNASSIGNED_DIRECTORY, ZERO, Uuid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.wire.message import Message
    from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord
    from ottla.wire.messages.fence_broker_record import FenceBrokerRecord
    from ottla.wire.messages.register_broker_record import RegisterBrokerRecord
    from ottla.wire.messages.unfence_broker_record import UnfenceBrokerRecord
    from ottla.wire.messages.unregister_broker_record import UnregisterBrokerRecord

_FENCING = {0: None, 1: True, -1: False}
_SHUTDOWN = {0: None, 1: True}


class Endpoint(NamedTuple):
    """Where a node is reached on one listener.

    `security_protocol` is 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT or 3 SASL_SSL.
    """

    listener: str
    host: str
    port: int
    security_protocol: int


class Broker(NamedTuple):
    """One registration. `epoch` is the offset at which this incarnation registered first."""

    id: int
    epoch: int
    incarnation_id: Uuid
    endpoints: tuple[Endpoint, ...]
    features: PersistentMap[str, VersionRange]
    rack: str | None = None
    fenced: bool = True
    in_controlled_shutdown: bool = False
    is_migrating_zk_broker: bool = False
    directories: tuple[Uuid, ...] = ()
    """The log directories that are online, sorted; none before metadata.version 17."""
    cordoned_directories: tuple[Uuid, ...] | None = None
    """Directories that take no new replicas; None until the broker has told."""

    @property
    def active(self) -> bool:
        """Whether it may lead and join an ISR."""
        return not self.fenced and not self.in_controlled_shutdown

    def endpoint(self, listener: str) -> Endpoint | None:
        for endpoint in self.endpoints:
            if endpoint.listener == listener:
                return endpoint
        return None

    def has_online_directory(self, directory: bytes) -> bool:
        """Whether a replica in `directory` can serve. One without a directory yet can; a lost one cannot."""
        if directory in (UNASSIGNED_DIRECTORY, ZERO):
            return True
        if directory == LOST_DIRECTORY:
            return False
        return not self.directories or directory in self.directories

    @property
    def has_uncordoned_directory(self) -> bool:
        if not self.directories or self.cordoned_directories is None:
            return True
        return any(directory not in self.cordoned_directories for directory in self.directories)


class BrokersImage(NamedTuple):
    """All registered brokers, alive or not."""

    brokers: PersistentMap[int, Broker] = PersistentMap()

    def get(self, broker_id: int) -> Broker | None:
        return self.brokers.get(broker_id)

    def sorted(self) -> list[Broker]:
        return [broker for _, broker in self.brokers.sorted_items()]

    def alive(self) -> list[Broker]:
        """The unfenced ones, by id: those that clients are told of."""
        return [broker for broker in self.sorted() if not broker.fenced]

    def is_active(self, broker_id: int) -> bool:
        broker = self.brokers.get(broker_id)
        return broker is not None and broker.active


def broker_of(record: RegisterBrokerRecord) -> Broker:
    """The registration that a RegisterBrokerRecord describes."""
    return Broker(
        id=record.broker_id,
        epoch=record.broker_epoch,
        incarnation_id=Uuid(record.incarnation_id),
        endpoints=tuple(
            Endpoint(at.name, at.host, at.port, at.security_protocol) for at in record.end_points
        ),
        features=PersistentMap(
            (each.name, VersionRange(each.min_supported_version, each.max_supported_version))
            for each in record.features
        ),
        rack=record.rack,
        fenced=record.fenced,
        in_controlled_shutdown=record.in_controlled_shutdown,
        is_migrating_zk_broker=record.is_migrating_zk_broker,
        directories=_sorted(record.log_dirs),
        cordoned_directories=_cordoned(record.cordoned_log_dirs),
    )


def register(image: BrokersImage, record: RegisterBrokerRecord) -> BrokersImage:
    """The new registration takes the place of the broker's old one, whole."""
    return BrokersImage(image.brokers.set(record.broker_id, broker_of(record)))


def unregister(image: BrokersImage, record: UnregisterBrokerRecord) -> BrokersImage:
    _registered(image, record, record.broker_id, record.broker_epoch)
    return BrokersImage(image.brokers.remove(record.broker_id))


def fence(image: BrokersImage, record: FenceBrokerRecord) -> BrokersImage:
    broker = _registered(image, record, record.id, record.epoch)
    return BrokersImage(image.brokers.set(broker.id, broker._replace(fenced=True)))


def unfence(image: BrokersImage, record: UnfenceBrokerRecord) -> BrokersImage:
    broker = _registered(image, record, record.id, record.epoch)
    return BrokersImage(image.brokers.set(broker.id, broker._replace(fenced=False)))


def change_registration(image: BrokersImage, record: BrokerRegistrationChangeRecord) -> BrokersImage:
    broker = _registered(image, record, record.broker_id, record.broker_epoch)
    if record.fenced not in _FENCING:
        raise ReplayError(record, f"unknown value for fenced field: {record.fenced}")
    if record.in_controlled_shutdown not in _SHUTDOWN:
        raise ReplayError(
            record, f"unknown value for inControlledShutdown field: {record.in_controlled_shutdown}"
        )
    fenced, shutting_down = _FENCING[record.fenced], _SHUTDOWN[record.in_controlled_shutdown]
    changed = broker._replace(
        fenced=broker.fenced if fenced is None else fenced,
        in_controlled_shutdown=broker.in_controlled_shutdown if shutting_down is None else shutting_down,
        directories=_sorted(record.log_dirs) if record.log_dirs else broker.directories,
        cordoned_directories=(
            broker.cordoned_directories
            if record.cordoned_log_dirs is None
            else _cordoned(record.cordoned_log_dirs)
        ),
    )
    return image if changed == broker else BrokersImage(image.brokers.set(broker.id, changed))


def _registered(image: BrokersImage, record: Message, broker_id: int, epoch: int) -> Broker:
    broker = image.brokers.get(broker_id)
    if broker is None:
        raise ReplayError(record, f"broker {broker_id} is not registered")
    if broker.epoch != epoch:
        raise ReplayError(record, f"broker {broker_id} has the epoch {broker.epoch}, not {epoch}")
    return broker


def _sorted(directories: Sequence[bytes]) -> tuple[Uuid, ...]:
    return tuple(sorted(map(Uuid, directories)))


def _cordoned(directories: Sequence[bytes] | None) -> tuple[Uuid, ...] | None:
    return None if directories is None else tuple(map(Uuid, directories))
