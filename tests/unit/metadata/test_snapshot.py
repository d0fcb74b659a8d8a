"""Snapshots: an image becomes records and the records the same image, in the versions of its level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metadata.histories import history, image_of

from ottla.metadata.features import FeaturesImage
from ottla.metadata.image import MetadataImage
from ottla.metadata.snapshot import records_of
from ottla.wire.message import Message
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.partition_record import PartitionRecord
from ottla.wire.messages.register_broker_record import RegisterBrokerRecord
from ottla.wire.metadata_records import decode_metadata_record, encode_metadata_record

ORDER = [
    "FeatureLevelRecord",
    "RegisterBrokerRecord",
    "RegisterControllerRecord",
    "TopicRecord",
    "PartitionRecord",
    "ConfigRecord",
    "ClientQuotaRecord",
    "ProducerIdsRecord",
    "AccessControlEntryRecord",
    "UserScramCredentialRecord",
    "DelegationTokenRecord",
]


def through_bytes(image: MetadataImage) -> list[Message]:
    return [decode_metadata_record(encode_metadata_record(*record))[0] for record in records_of(image)]


def with_elr(records: list[Message]) -> list[Message]:
    """Where the feature is off, a snapshot leaves eligible leader replicas out, as Kafka's does."""
    return [*records, FeatureLevelRecord(name="eligible.leader.replicas.version", feature_level=1)]


@given(st.integers(0, 100_000), st.integers(1, 120))
def test_a_snapshot_is_read_back_as_the_same_image(seed: int, length: int) -> None:
    image = image_of(with_elr(history(seed, length)))
    assert image_of(through_bytes(image)) == image


@given(st.integers(0, 100_000), st.integers(1, 60), st.integers(0, 60))
def test_a_snapshot_and_the_rest_of_the_log_give_what_the_whole_log_gives(
    seed: int, length: int, rest: int
) -> None:
    records = history(seed, length + rest)
    records[length:length] = with_elr([])
    snapshot = through_bytes(image_of(records[: length + 1]))
    assert image_of([*snapshot, *records[length + 1 :]]) == image_of(records)


@given(st.integers(0, 100_000))
def test_subjects_come_in_kafkas_order_with_the_metadata_version_first(seed: int) -> None:
    records = [record.message for record in records_of(image_of(history(seed, 120)))]
    assert records[0] == FeatureLevelRecord(name="metadata.version", feature_level=30)
    kinds = [type(record).__name__.replace("PartitionRecord", "TopicRecord") for record in records]
    assert kinds == sorted(kinds, key=ORDER.index)


@pytest.mark.parametrize(("level", "broker", "partition"), [(7, 1, 0), (17, 3, 1), (25, 3, 2), (30, 4, 2)])
def test_the_level_chooses_the_versions(level: int, broker: int, partition: int) -> None:
    image = image_of(history(3, 200))
    image = image._replace(features=FeaturesImage(metadata_version=level))
    versions = {type(record.message): record.version for record in records_of(image)}
    assert (versions[RegisterBrokerRecord], versions[PartitionRecord]) == (broker, partition)


@given(st.integers(0, 100_000), st.sampled_from([7, 11, 14, 15, 17, 23, 29]))
def test_an_old_level_leaves_out_what_it_cannot_say(seed: int, level: int) -> None:
    image = image_of(history(seed, 120))
    old = image._replace(features=FeaturesImage(metadata_version=level))
    again = image_of(through_bytes(old))
    assert again.metadata_version == level
    assert again.topics.ids == image.topics.ids
    assert bool(again.scram) == (bool(image.scram) and level >= 11)
    assert bool(again.delegation_tokens) == (bool(image.delegation_tokens) and level >= 14)
    assert bool(again.controllers) == (bool(image.controllers) and level >= 15)
