"""The record of a change to a broker's registration."""

from collections.abc import Sequence

from ottla.metadata.brokers import Broker
from ottla.metadata.metadata_version import registration_change_version
from ottla.metadata.record import MetadataRecord
from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord


def registration_change(
    broker: Broker,
    *,
    fenced: bool | None = None,
    in_controlled_shutdown: bool = False,
    log_dirs: Sequence[bytes] = (),
    cordoned_log_dirs: Sequence[bytes] | None = None,
) -> MetadataRecord:
    """What is left out stays as it is; nothing but another registration ends a shutdown."""
    change = BrokerRegistrationChangeRecord(
        broker_id=broker.id,
        broker_epoch=broker.epoch,
        fenced=0 if fenced is None else 1 if fenced else -1,
        in_controlled_shutdown=int(in_controlled_shutdown),
        log_dirs=list(log_dirs),
        cordoned_log_dirs=None if cordoned_log_dirs is None else list(cordoned_log_dirs),
    )
    return MetadataRecord(change, registration_change_version(change))
