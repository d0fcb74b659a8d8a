"""Replay: every type of record of Kafka 4.3 has its rule, and breaking a rule stops the node."""

import pytest
from tests.unit.metadata.histories import history, image_of

from ottla.metadata import replay
from ottla.metadata.brokers import Broker, Endpoint
from ottla.metadata.configs import ALL_BROKERS, ConfigResource, ResourceType
from ottla.metadata.features import VersionRange
from ottla.metadata.image import EMPTY, MetadataImage
from ottla.metadata.record import ReplayError
from ottla.metadata.replay import apply
from ottla.metadata.scram import ScramKey, ScramMechanism
from ottla.model.uuid import LOST_DIRECTORY, UNASSIGNED_DIRECTORY, ZERO
from ottla.wire.catalogue import metadata_record_class
from ottla.wire.index import METADATA_RECORDS
from ottla.wire.message import Message
from ottla.wire.messages.access_control_entry_record import AccessControlEntryRecord
from ottla.wire.messages.begin_transaction_record import BeginTransactionRecord
from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord
from ottla.wire.messages.clear_elr_record import ClearElrRecord
from ottla.wire.messages.client_quota_record import ClientQuotaRecord, EntityData
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.fence_broker_record import FenceBrokerRecord
from ottla.wire.messages.partition_change_record import PartitionChangeRecord
from ottla.wire.messages.partition_record import PartitionRecord
from ottla.wire.messages.producer_ids_record import ProducerIdsRecord
from ottla.wire.messages.register_broker_record import BrokerEndpoint, BrokerFeature, RegisterBrokerRecord
from ottla.wire.messages.remove_access_control_entry_record import RemoveAccessControlEntryRecord
from ottla.wire.messages.remove_delegation_token_record import RemoveDelegationTokenRecord
from ottla.wire.messages.remove_topic_record import RemoveTopicRecord
from ottla.wire.messages.remove_user_scram_credential_record import RemoveUserScramCredentialRecord
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.messages.unfence_broker_record import UnfenceBrokerRecord
from ottla.wire.messages.unregister_broker_record import UnregisterBrokerRecord
from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord

FOO, BAR = bytes([1]) * 16, bytes([2]) * 16
DIR_A, DIR_B = bytes([8]) * 16, bytes([9]) * 16


def replayed(*records: Message) -> MetadataImage:
    return image_of(list(records))


def a_broker(**changes: object) -> RegisterBrokerRecord:
    fields: dict[str, object] = {"broker_id": 1, "broker_epoch": 5, "log_dirs": [DIR_A]}
    return RegisterBrokerRecord(**(fields | changes))  # type: ignore[arg-type]


def a_topic() -> list[Message]:
    return [
        TopicRecord(name="foo", topic_id=FOO),
        PartitionRecord(topic_id=FOO, partition_id=0, replicas=[1], isr=[1], leader=1),
    ]


def test_every_record_type_of_kafka_has_its_place() -> None:
    names = {record.name for record in METADATA_RECORDS.values()}
    assert names == set(replay.RULES) | replay.WITHOUT_TRACE | replay.BRACKETS


def test_a_random_history_holds_every_record_type_but_brackets() -> None:
    """What the properties of this folder stand on: none of the types is forgotten there either."""
    seen = {type(record).KEY for seed in range(20) for record in history(seed, 80)}
    outside = {row.type for row in METADATA_RECORDS.values() if row.name in replay.BRACKETS}
    assert seen == set(METADATA_RECORDS) - outside


@pytest.mark.parametrize(
    "type_", [row.type for row in METADATA_RECORDS.values() if row.name in replay.BRACKETS]
)
def test_a_bracket_of_a_transaction_belongs_to_no_image(type_: int) -> None:
    with pytest.raises(ReplayError, match="cannot appear within a snapshot"):
        apply(EMPTY, metadata_record_class(type_)())


# Brokers


def test_a_registration_replaces_the_one_before_whole() -> None:
    image = replayed(a_broker(rack="a", fenced=False), a_broker(broker_epoch=9))
    assert image.brokers.get(1) == replayed(a_broker(broker_epoch=9)).brokers.get(1)


def test_a_registration_keeps_all_that_the_broker_told() -> None:
    record = a_broker(
        rack="r",
        end_points=[BrokerEndpoint(name="SSL", host="h", port=9093, security_protocol=1)],
        features=[BrokerFeature(name="metadata.version", min_supported_version=7, max_supported_version=30)],
        log_dirs=[DIR_B, DIR_A],
        cordoned_log_dirs=[DIR_B],
    )
    broker = replayed(record).brokers.get(1)
    assert broker is not None
    assert broker.endpoint("SSL") == Endpoint("SSL", "h", 9093, 1)
    assert broker.endpoint("PLAINTEXT") is None
    assert broker.features["metadata.version"] == VersionRange(7, 30)
    assert (broker.directories, broker.cordoned_directories) == ((DIR_A, DIR_B), (DIR_B,))
    assert broker.has_uncordoned_directory


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"fenced": -1}, {"fenced": False}),
        ({"fenced": 1}, {"fenced": True}),
        ({"in_controlled_shutdown": 1}, {"in_controlled_shutdown": True}),
        ({"log_dirs": [DIR_B]}, {"directories": (DIR_B,)}),
        ({"cordoned_log_dirs": []}, {"cordoned_directories": ()}),
        ({}, {}),
    ],
)
def test_a_registration_change_changes_what_it_names(
    change: dict[str, object], after: dict[str, object]
) -> None:
    record = BrokerRegistrationChangeRecord(broker_id=1, broker_epoch=5, **change)  # type: ignore[arg-type]
    before = replayed(a_broker()).brokers.get(1)
    assert before is not None
    assert replayed(a_broker(), record).brokers.get(1) == before._replace(**after)  # type: ignore[arg-type]


def test_the_old_records_fence_and_unfence() -> None:
    records = [a_broker(), UnfenceBrokerRecord(id=1, epoch=5)]
    assert [broker.id for broker in replayed(*records).brokers.alive()] == [1]
    assert replayed(*records, FenceBrokerRecord(id=1, epoch=5)).brokers.alive() == []


def test_an_unregistered_broker_is_gone() -> None:
    assert replayed(a_broker(), UnregisterBrokerRecord(broker_id=1, broker_epoch=5)) == EMPTY


@pytest.mark.parametrize("epoch", [4, 6])
def test_records_about_another_incarnation_of_a_broker_stop_replay(epoch: int) -> None:
    for record in (
        UnregisterBrokerRecord(broker_id=1, broker_epoch=epoch),
        BrokerRegistrationChangeRecord(broker_id=1, broker_epoch=epoch),
        FenceBrokerRecord(id=1, epoch=epoch),
        UnfenceBrokerRecord(id=1, epoch=epoch),
    ):
        with pytest.raises(ReplayError, match=f"broker 1 has the epoch 5, not {epoch}"):
            replayed(a_broker(), record)


def test_records_about_an_unknown_broker_stop_replay() -> None:
    with pytest.raises(ReplayError, match="UnregisterBrokerRecord: broker 2 is not registered"):
        replayed(a_broker(), UnregisterBrokerRecord(broker_id=2, broker_epoch=5))


@pytest.mark.parametrize(("fenced", "shutting_down"), [(2, 0), (0, -1)])
def test_a_registration_change_of_unknown_meaning_stops_replay(fenced: int, shutting_down: int) -> None:
    change = BrokerRegistrationChangeRecord(
        broker_id=1, broker_epoch=5, fenced=fenced, in_controlled_shutdown=shutting_down
    )
    with pytest.raises(ReplayError, match="unknown value for"):
        replayed(a_broker(), change)


def test_a_replica_serves_from_an_online_directory_or_one_not_known_yet() -> None:
    broker = replayed(a_broker()).brokers.get(1)
    assert isinstance(broker, Broker)
    online = [
        directory
        for directory in (DIR_A, DIR_B, ZERO, UNASSIGNED_DIRECTORY, LOST_DIRECTORY)
        if broker.has_online_directory(directory)
    ]
    assert online == [DIR_A, ZERO, UNASSIGNED_DIRECTORY]


def test_a_broker_that_told_no_directories_is_trusted_with_all_but_lost_ones() -> None:
    broker = replayed(a_broker(log_dirs=[])).brokers.get(1)
    assert broker is not None
    assert broker.has_online_directory(DIR_B)
    assert not broker.has_online_directory(LOST_DIRECTORY)


def test_a_broker_with_every_directory_cordoned_has_none_left() -> None:
    broker = replayed(a_broker(cordoned_log_dirs=[DIR_A])).brokers.get(1)
    assert broker is not None
    assert not broker.has_uncordoned_directory


# Topics


def test_a_topic_is_found_by_name_and_by_id() -> None:
    topics = replayed(*a_topic()).topics
    assert topics.by_name("foo") is topics.by_id(FOO) is not None
    assert topics.partition("foo", 0) is not None
    assert topics.partition("foo", 1) is topics.partition("bar", 0) is None


def test_a_removed_topic_takes_its_partitions_and_configs_along() -> None:
    config = ConfigRecord(resource_type=2, resource_name="foo", name="retention.ms", value="1")
    assert replayed(*a_topic(), config, RemoveTopicRecord(topic_id=FOO)) == EMPTY


def test_a_topic_can_come_again_under_another_id() -> None:
    again = replayed(*a_topic(), RemoveTopicRecord(topic_id=FOO), TopicRecord(name="foo", topic_id=BAR))
    found = again.topics.by_name("foo")
    assert found is not None
    assert (found.id, found.sorted_partitions()) == (BAR, [])


def test_topics_are_listed_by_name() -> None:
    topics = replayed(TopicRecord(name="b", topic_id=FOO), TopicRecord(name="a", topic_id=BAR)).topics
    assert [topic.name for topic in topics.sorted_by_name()] == ["a", "b"]


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (TopicRecord(name="foo", topic_id=BAR), "topic foo exists with the id"),
        (TopicRecord(name="foo", topic_id=FOO), "topic foo exists with the id"),
        (TopicRecord(name="bar", topic_id=FOO), "is taken by foo"),
        (RemoveTopicRecord(topic_id=BAR), "no topic has the id"),
        (PartitionRecord(topic_id=BAR), "no topic has the id"),
        (PartitionChangeRecord(topic_id=BAR), "no topic has the id"),
        (PartitionChangeRecord(topic_id=FOO, partition_id=1), "topic foo has no partition 1"),
        (ClearElrRecord(topic_name="bar"), "no topic is named bar"),
    ],
)
def test_a_record_that_does_not_fit_the_topics_stops_replay(record: Message, rule: str) -> None:
    with pytest.raises(ReplayError, match=rule) as stopped:
        replayed(*a_topic(), record)
    assert stopped.value.record is record


def test_clearing_eligible_replicas_reaches_one_topic_or_all() -> None:
    records: list[Message] = []
    for name, topic_id in (("foo", FOO), ("bar", BAR)):
        records += [
            TopicRecord(name=name, topic_id=topic_id),
            PartitionRecord(topic_id=topic_id, partition_id=0, replicas=[1], eligible_leader_replicas=[1]),
        ]

    def eligible(*clear: Message) -> list[tuple[int, ...]]:
        topics = replayed(*records, *clear).topics.sorted_by_name()
        return [topic.partitions[0].elr for topic in topics]

    assert eligible() == [(1,), (1,)]
    assert eligible(ClearElrRecord(topic_name="foo")) == [(1,), ()]
    assert eligible(ClearElrRecord(topic_name="")) == [(), ()]


# Configurations, quotas, producer ids


def test_a_config_is_set_and_removed_and_an_empty_resource_leaves_no_trace() -> None:
    record = ConfigRecord(resource_type=4, resource_name="", name="a", value="1")
    assert replayed(record).configs.get(ALL_BROKERS).get("a") == "1"
    record_null = ConfigRecord(resource_type=4, resource_name="", name="a", value=None)
    assert replayed(record, record_null) == EMPTY


def test_a_resource_without_overrides_has_empty_ones() -> None:
    configs = EMPTY.configs
    assert not configs.get(ConfigResource(ResourceType.GROUP, "g"))
    assert not configs.topic("foo")


def test_a_config_of_an_unknown_kind_of_resource_stops_replay() -> None:
    with pytest.raises(ReplayError, match="3 is no type of resource"):
        replayed(ConfigRecord(resource_type=3, resource_name="x", name="a", value="1"))


def test_the_parts_of_a_quota_entity_have_no_order() -> None:
    parts = [
        EntityData(entity_type="user", entity_name=None),
        EntityData(entity_type="client-id", entity_name="c"),
    ]
    one = ClientQuotaRecord(entity=parts, key="request_percentage", value=1.0)
    other = ClientQuotaRecord(entity=parts[::-1], key="request_percentage", remove=True)
    quotas = replayed(one).client_quotas
    assert quotas[(("client-id", "c"), ("user", None))]["request_percentage"] == 1.0
    assert replayed(one, other) == EMPTY


def test_producer_ids_only_grow() -> None:
    image = replayed(ProducerIdsRecord(next_producer_id=0), ProducerIdsRecord(next_producer_id=1000))
    assert image.next_producer_id == 1000
    with pytest.raises(ReplayError, match="next producer id 1000 is not greater than 1000"):
        apply(image, ProducerIdsRecord(next_producer_id=1000))


# Security


def test_an_acl_is_removed_by_its_id_and_an_unknown_one_stops_replay() -> None:
    acl = AccessControlEntryRecord(id=FOO, principal="User:alice", operation=3)
    assert replayed(acl).acls[FOO].principal == "User:alice"  # type: ignore[index]
    assert replayed(acl, RemoveAccessControlEntryRecord(id=FOO)) == EMPTY
    with pytest.raises(ReplayError, match="no acl has the id"):
        replayed(acl, RemoveAccessControlEntryRecord(id=BAR))


def test_scram_credentials_are_kept_per_mechanism() -> None:
    credential = UserScramCredentialRecord(name="alice", mechanism=1, salt=b"s", iterations=4096)
    image = replayed(credential)
    assert image.scram[ScramKey(ScramMechanism.SCRAM_SHA_256, "alice")].iterations == 4096
    assert replayed(credential, RemoveUserScramCredentialRecord(name="alice", mechanism=1)) == EMPTY
    with pytest.raises(ReplayError, match="user alice has no credential for SCRAM_SHA_512"):
        replayed(credential, RemoveUserScramCredentialRecord(name="alice", mechanism=2))
    with pytest.raises(ReplayError, match="3 is no SCRAM mechanism"):
        replayed(UserScramCredentialRecord(name="alice", mechanism=3))


def test_no_text_shows_a_credential() -> None:
    image = replayed(
        UserScramCredentialRecord(
            name="alice", mechanism=1, salt=b"spice", stored_key=b"spice", server_key=b"spice"
        )
    )
    assert "spice" not in repr(image)


def test_removing_a_token_that_is_gone_changes_nothing() -> None:
    assert replayed(RemoveDelegationTokenRecord(token_id="t")) == EMPTY


def test_the_refusal_names_record_and_rule_and_shows_no_fields() -> None:
    with pytest.raises(ReplayError) as stopped:
        apply(EMPTY, RemoveUserScramCredentialRecord(name="alice", mechanism=9))
    assert str(stopped.value) == "Unable to replay RemoveUserScramCredentialRecord: 9 is no SCRAM mechanism"


def test_a_transaction_can_be_named_or_not() -> None:
    with pytest.raises(ReplayError, match="BeginTransactionRecord"):
        apply(EMPTY, BeginTransactionRecord(name=None))
