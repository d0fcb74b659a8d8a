"""An image as the records of a snapshot, in the order of Kafka's own writer (`MetadataImage.write`).

The metadata.version stands first: it says how to read the rest. Reading a snapshot back is `replay.apply`.
"""

from collections.abc import Iterator

from ottla.metadata import metadata_version as mv
from ottla.metadata.brokers import Broker
from ottla.metadata.client_quotas import QuotaEntity, entity_order
from ottla.metadata.controllers import Controller
from ottla.metadata.image import MetadataImage
from ottla.metadata.partitions import record_of
from ottla.metadata.record import MetadataRecord
from ottla.wire.messages import register_broker_record, register_controller_record
from ottla.wire.messages.access_control_entry_record import AccessControlEntryRecord
from ottla.wire.messages.client_quota_record import ClientQuotaRecord, EntityData
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.delegation_token_record import DelegationTokenRecord
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.producer_ids_record import ProducerIdsRecord
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord


def records_of(image: MetadataImage) -> Iterator[MetadataRecord]:
    """All of `image`, in the versions of its own metadata.version. What that level cannot say is left out."""
    level = image.metadata_version
    for name, finalized in image.features.finalized().items():
        yield MetadataRecord(FeatureLevelRecord(name=name, feature_level=finalized), 0)
    for broker in image.brokers.sorted():
        yield _broker_record(broker, level)
    if level >= mv.CONTROLLER_REGISTRATION:
        for _, controller in image.controllers.sorted_items():
            yield _controller_record(controller)
    for topic in image.topics.sorted_by_name():
        yield MetadataRecord(TopicRecord(name=topic.name, topic_id=topic.id), 0)
        for partition_id, partition in topic.sorted_partitions():
            yield record_of(partition, topic.id, partition_id, level, image.features.elr_enabled)
    yield from _config_records(image)
    yield from _quota_records(image)
    if image.next_producer_id >= 0:
        producer_ids = ProducerIdsRecord(
            broker_id=-1, broker_epoch=-1, next_producer_id=image.next_producer_id
        )
        yield MetadataRecord(producer_ids, 0)
    yield from _acl_records(image)
    if level >= mv.SCRAM:
        yield from _scram_records(image)
    if level >= mv.DELEGATION_TOKENS:
        yield from _token_records(image)


def _broker_record(broker: Broker, level: int) -> MetadataRecord:
    record = register_broker_record.RegisterBrokerRecord(
        broker_id=broker.id,
        incarnation_id=broker.incarnation_id,
        broker_epoch=broker.epoch,
        end_points=[
            register_broker_record.BrokerEndpoint(
                name=at.listener, host=at.host, port=at.port, security_protocol=at.security_protocol
            )
            for at in broker.endpoints
        ],
        features=[
            register_broker_record.BrokerFeature(
                name=name, min_supported_version=supported.low, max_supported_version=supported.high
            )
            for name, supported in broker.features.sorted_items()
        ],
        rack=broker.rack,
        fenced=broker.fenced,
        in_controlled_shutdown=broker.in_controlled_shutdown,
        is_migrating_zk_broker=broker.is_migrating_zk_broker and level >= mv.ZK_MIGRATION,
        log_dirs=list(broker.directories) if level >= mv.DIRECTORY_ASSIGNMENT else [],
    )
    if broker.cordoned_directories is not None and level >= mv.CORDONED_LOG_DIRS:
        record.cordoned_log_dirs = list(broker.cordoned_directories)
    return MetadataRecord(record, mv.register_broker_version(level))


def _controller_record(controller: Controller) -> MetadataRecord:
    record = register_controller_record.RegisterControllerRecord(
        controller_id=controller.id,
        incarnation_id=controller.incarnation_id,
        zk_migration_ready=controller.zk_migration_ready,
        end_points=[
            register_controller_record.ControllerEndpoint(
                name=at.listener, host=at.host, port=at.port, security_protocol=at.security_protocol
            )
            for at in controller.endpoints
        ],
        features=[
            register_controller_record.ControllerFeature(
                name=name, min_supported_version=supported.low, max_supported_version=supported.high
            )
            for name, supported in controller.features.sorted_items()
        ],
    )
    return MetadataRecord(record, 0)


def _config_records(image: MetadataImage) -> Iterator[MetadataRecord]:
    for resource, overrides in image.configs.resources.sorted_items():
        for name, value in overrides.sorted_items():
            record = ConfigRecord(
                resource_type=resource.type, resource_name=resource.name, name=name, value=value
            )
            yield MetadataRecord(record, 0)


def _quota_records(image: MetadataImage) -> Iterator[MetadataRecord]:
    for entity, quotas in image.client_quotas.sorted_items(lambda item: entity_order(item[0])):
        for key, value in quotas.sorted_items():
            record = ClientQuotaRecord(entity=_entity(entity), key=key, value=value, remove=False)
            yield MetadataRecord(record, 0)


def _entity(entity: QuotaEntity) -> list[EntityData]:
    return [EntityData(entity_type=type_, entity_name=name) for type_, name in entity]


def _acl_records(image: MetadataImage) -> Iterator[MetadataRecord]:
    for acl_id, acl in image.acls.sorted_items():
        yield MetadataRecord(AccessControlEntryRecord(id=acl_id, **acl._asdict()), 0)


def _scram_records(image: MetadataImage) -> Iterator[MetadataRecord]:
    for key, credential in image.scram.sorted_items():
        record = UserScramCredentialRecord(name=key.user, mechanism=key.mechanism, **credential._asdict())
        yield MetadataRecord(record, 0)


def _token_records(image: MetadataImage) -> Iterator[MetadataRecord]:
    for _, token in image.delegation_tokens.sorted_items():
        record = DelegationTokenRecord(
            owner=token.owner,
            requester=token.requester,
            renewers=list(token.renewers),
            issue_timestamp=token.issue_ms,
            max_timestamp=token.max_ms,
            expiration_timestamp=token.expiry_ms,
            token_id=token.token_id,
        )
        yield MetadataRecord(record, 0)
