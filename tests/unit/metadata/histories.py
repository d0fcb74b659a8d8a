"""Random metadata logs that keep every rule of replay, from a seed: all types of records, in any order."""

from collections.abc import Callable
from random import Random

from ottla.metadata.client_quotas import entity_order
from ottla.metadata.features import ELR_VERSION, GROUP_VERSION, TOLERATED
from ottla.metadata.image import EMPTY, MetadataImage
from ottla.metadata.replay import apply
from ottla.wire.message import Message
from ottla.wire.messages.access_control_entry_record import AccessControlEntryRecord
from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord
from ottla.wire.messages.clear_elr_record import ClearElrRecord
from ottla.wire.messages.client_quota_record import ClientQuotaRecord, EntityData
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.delegation_token_record import DelegationTokenRecord
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.fence_broker_record import FenceBrokerRecord
from ottla.wire.messages.no_op_record import NoOpRecord
from ottla.wire.messages.partition_change_record import PartitionChangeRecord
from ottla.wire.messages.partition_record import PartitionRecord
from ottla.wire.messages.producer_ids_record import ProducerIdsRecord
from ottla.wire.messages.register_broker_record import (
    BrokerEndpoint,
    BrokerFeature,
    RegisterBrokerRecord,
)
from ottla.wire.messages.register_controller_record import ControllerEndpoint, RegisterControllerRecord
from ottla.wire.messages.remove_access_control_entry_record import RemoveAccessControlEntryRecord
from ottla.wire.messages.remove_delegation_token_record import RemoveDelegationTokenRecord
from ottla.wire.messages.remove_topic_record import RemoveTopicRecord
from ottla.wire.messages.remove_user_scram_credential_record import RemoveUserScramCredentialRecord
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.messages.unfence_broker_record import UnfenceBrokerRecord
from ottla.wire.messages.unregister_broker_record import UnregisterBrokerRecord
from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord
from ottla.wire.messages.zk_migration_state_record import ZkMigrationStateRecord

LATEST = 30


def history(seed: int, length: int) -> list[Message]:
    """`length` records, of which the first sets the metadata.version."""
    return _Writer(seed).write(length)


def image_of(records: list[Message], image: MetadataImage = EMPTY) -> MetadataImage:
    for record in records:
        image = apply(image, record)
    return image


class _Writer:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.image = EMPTY

    def write(self, length: int) -> list[Message]:
        records: list[Message] = [FeatureLevelRecord(name="metadata.version", feature_level=LATEST)]
        self.image = apply(self.image, records[0])
        kinds: list[Callable[[], Message | None]] = [
            self.feature,
            self.register_broker,
            self.register_broker,
            self.change_broker,
            self.change_broker,
            self.fence,
            self.unregister_broker,
            self.controller,
            *[self.topic] * 3,
            *[self.partition] * 4,
            *[self.partition_change] * 5,
            self.remove_topic,
            self.clear_elr,
            *[self.config] * 3,
            self.quota,
            self.producer_ids,
            self.acl,
            self.remove_acl,
            self.scram,
            self.remove_scram,
            self.token,
            self.remove_token,
            self.without_trace,
        ]
        while len(records) < length:
            record = self.random.choice(kinds)()
            if record is not None:
                records.append(record)
                self.image = apply(self.image, record)
        return records

    def uuid(self, kind: int, variants: int = 256) -> bytes:
        return bytes([kind]) + bytes(14) + bytes([self.random.randrange(variants)])

    def some(self, most: int = 3) -> list[int]:
        return self.random.sample(range(5), self.random.randint(1, most))

    def maybe(self, value: list[int]) -> list[int] | None:
        return value if self.random.random() < 0.4 else None

    def feature(self) -> Message:
        name = self.random.choice([ELR_VERSION, GROUP_VERSION])
        return FeatureLevelRecord(name=name, feature_level=self.random.randint(0, 1))

    def register_broker(self) -> Message:
        broker_id = self.random.randrange(5)
        return RegisterBrokerRecord(
            broker_id=broker_id,
            incarnation_id=self.uuid(1),
            broker_epoch=self.random.randrange(1000),
            end_points=[BrokerEndpoint(name="PLAINTEXT", host=f"host{broker_id}", port=9092)],
            features=[
                BrokerFeature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in TOLERATED.items()
            ],
            rack=self.random.choice([None, "a", "b"]),
            fenced=self.random.random() < 0.5,
            in_controlled_shutdown=self.random.random() < 0.2,
            log_dirs=[self.uuid(2) for _ in range(self.random.randrange(3))],
            cordoned_log_dirs=self.random.choice([None, [], [self.uuid(2)]]),
        )

    def change_broker(self) -> Message | None:
        brokers = self.image.brokers.sorted()
        if not brokers:
            return None
        broker = self.random.choice(brokers)
        return BrokerRegistrationChangeRecord(
            broker_id=broker.id,
            broker_epoch=broker.epoch,
            fenced=self.random.choice([-1, 0, 1]),
            in_controlled_shutdown=self.random.choice([0, 0, 1]),
            log_dirs=self.random.choice([[], [self.uuid(2)]]),
            cordoned_log_dirs=self.random.choice([None, [], [self.uuid(2)]]),
        )

    def fence(self) -> Message | None:
        brokers = self.image.brokers.sorted()
        if not brokers:
            return None
        broker = self.random.choice(brokers)
        kind = self.random.choice([FenceBrokerRecord, UnfenceBrokerRecord])
        return kind(id=broker.id, epoch=broker.epoch)

    def unregister_broker(self) -> Message | None:
        brokers = self.image.brokers.sorted()
        if not brokers:
            return None
        broker = self.random.choice(brokers)
        return UnregisterBrokerRecord(broker_id=broker.id, broker_epoch=broker.epoch)

    def controller(self) -> Message:
        return RegisterControllerRecord(
            controller_id=3000 + self.random.randrange(3),
            incarnation_id=self.uuid(3),
            end_points=[ControllerEndpoint(name="CONTROLLER", host="localhost", port=9093)],
        )

    def topic(self) -> Message | None:
        name, topic_id = f"topic{self.random.randrange(6)}", self.uuid(4)
        taken = self.image.topics.by_name(name) or self.image.topics.by_id(topic_id)
        return None if taken else TopicRecord(name=name, topic_id=topic_id)

    def partition(self) -> Message | None:
        topics = self.image.topics.sorted_by_name()
        if not topics:
            return None
        replicas = self.some()
        return PartitionRecord(
            partition_id=self.random.randrange(4),
            topic_id=self.random.choice(topics).id,
            replicas=replicas,
            isr=replicas[:1],
            leader=replicas[0],
            leader_epoch=self.random.randrange(5),
            partition_epoch=self.random.randrange(5),
            directories=self.random.choice([[], [self.uuid(2) for _ in replicas]]),
            eligible_leader_replicas=self.maybe(self.some(1)),
            last_known_elr=self.maybe(self.some(1)),
        )

    def partition_change(self) -> Message | None:
        partitions = [
            (topic.id, index, partition)
            for topic in self.image.topics.sorted_by_name()
            for index, partition in topic.sorted_partitions()
        ]
        if not partitions:
            return None
        topic_id, index, _ = self.random.choice(partitions)
        replicas = self.maybe(self.some())
        return PartitionChangeRecord(
            partition_id=index,
            topic_id=topic_id,
            isr=self.maybe(self.some()),
            leader=self.random.choice([-2, -1, 0, 1]),
            replicas=replicas,
            directories=None if replicas is None else [self.uuid(2) for _ in replicas],
            removing_replicas=self.maybe(self.some()),
            adding_replicas=self.maybe(self.some()),
            leader_recovery_state=self.random.choice([-1, 0, 1]),
            eligible_leader_replicas=self.maybe(self.some()),
            last_known_elr=self.maybe(self.some()),
        )

    def remove_topic(self) -> Message | None:
        topics = self.image.topics.sorted_by_name()
        return RemoveTopicRecord(topic_id=self.random.choice(topics).id) if topics else None

    def clear_elr(self) -> Message:
        names = ["", *(topic.name for topic in self.image.topics.sorted_by_name())]
        return ClearElrRecord(topic_name=self.random.choice(names))

    def config(self) -> Message:
        kind, name = self.random.choice([(2, "topic1"), (2, "topic2"), (4, "1"), (4, ""), (32, "group")])
        return ConfigRecord(
            resource_type=kind,
            resource_name=name,
            name=self.random.choice(["a", "b"]),
            value=self.random.choice([None, "1", "2"]),
        )

    def quota(self) -> Message:
        known = [
            entity for entity, _ in self.image.client_quotas.sorted_items(lambda item: entity_order(item[0]))
        ]
        parts = [("user", None), ("user", "alice"), ("client-id", "app"), ("client-id", None)]
        entity = self.random.choice([*known, tuple(self.random.sample(parts, 1))])
        return ClientQuotaRecord(
            entity=[EntityData(entity_type=type_, entity_name=name) for type_, name in entity],
            key=self.random.choice(["producer_byte_rate", "request_percentage"]),
            value=float(self.random.randrange(100)),
            remove=self.random.random() < 0.3,
        )

    def producer_ids(self) -> Message:
        return ProducerIdsRecord(
            broker_id=1, broker_epoch=2, next_producer_id=max(self.image.next_producer_id, 0) + 1000
        )

    def acl(self) -> Message:
        return AccessControlEntryRecord(
            id=self.uuid(5, 8),
            resource_type=2,
            resource_name="topic1",
            pattern_type=3,
            principal="User:alice",
        )

    def remove_acl(self) -> Message | None:
        acls = self.image.acls.sorted_items()
        return RemoveAccessControlEntryRecord(id=self.random.choice(acls)[0]) if acls else None

    def scram(self) -> Message:
        return UserScramCredentialRecord(
            name=self.random.choice(["alice", "bob"]),
            mechanism=self.random.choice([1, 2]),
            salt=b"salt",
            stored_key=b"stored",
            server_key=b"server",
            iterations=4096 + self.random.randrange(3),
        )

    def remove_scram(self) -> Message | None:
        known = self.image.scram.sorted_items()
        if not known:
            return None
        key, _ = self.random.choice(known)
        return RemoveUserScramCredentialRecord(name=key.user, mechanism=key.mechanism)

    def token(self) -> Message:
        return DelegationTokenRecord(
            token_id=f"token{self.random.randrange(4)}",
            owner="User:alice",
            requester="User:bob",
            renewers=["User:carol"],
            issue_timestamp=1,
            max_timestamp=100,
            expiration_timestamp=self.random.randrange(100),
        )

    def remove_token(self) -> Message:
        return RemoveDelegationTokenRecord(token_id=f"token{self.random.randrange(4)}")

    def without_trace(self) -> Message:
        return self.random.choice([NoOpRecord(), ZkMigrationStateRecord()])
