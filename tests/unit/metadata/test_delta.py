"""Deltas: what is noted while replaying is exactly what differs, in an order that chance has no part in."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metadata.differences import everything
from tests.unit.metadata.histories import history, image_of

from ottla.metadata.delta import Change, MetadataDelta, between
from ottla.metadata.image import EMPTY
from ottla.metadata.loader import MetadataLoader
from ottla.metadata.local_changes import local_changes
from ottla.wire.message import Message
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.partition_change_record import PartitionChangeRecord
from ottla.wire.messages.partition_record import PartitionRecord
from ottla.wire.messages.remove_topic_record import RemoveTopicRecord
from ottla.wire.messages.topic_record import TopicRecord

FOO, BAR = b"f" * 16, b"b" * 16


def delta_of(before: list[Message], after: list[Message]) -> MetadataDelta:
    loader = MetadataLoader()
    loader.load_batch(before, 0, epoch=1, timestamp_ms=0)
    loader.take_delta()
    loader.load_batch(after, len(before), epoch=1, timestamp_ms=0)
    delta = loader.take_delta()
    assert delta is not None
    return delta


def a_topic(name: str = "foo", topic_id: bytes = FOO, leader: int = 1) -> list[Message]:
    return [
        TopicRecord(name=name, topic_id=topic_id),
        PartitionRecord(
            topic_id=topic_id,
            partition_id=0,
            replicas=[1, 2],
            isr=[1, 2],
            leader=leader,
            leader_epoch=0,
            partition_epoch=0,
        ),
    ]


@given(st.integers(0, 100_000), st.integers(1, 60), st.integers(1, 60))
def test_a_delta_is_the_difference_of_its_images(seed: int, before: int, after: int) -> None:
    records = history(seed, before + after)
    delta = delta_of(records[:before], records[before:])
    whole = between(image_of(records[:before]), image_of(records))
    assert everything(delta) == everything(whole)


@given(st.integers(0, 100_000), st.integers(1, 60))
def test_nothing_differs_between_an_image_and_itself(seed: int, length: int) -> None:
    image = image_of(history(seed, length))
    assert not any(everything(between(image, image)).values())


def test_a_change_that_was_taken_back_is_none() -> None:
    setting = ConfigRecord(resource_type=2, resource_name="foo", name="a", value="1")
    removal = ConfigRecord(resource_type=2, resource_name="foo", name="a", value=None)
    assert delta_of([], [setting, removal]).configs() == []


def test_a_topic_created_and_deleted_in_between_leaves_no_trace() -> None:
    delta = delta_of([], [*a_topic(), RemoveTopicRecord(topic_id=FOO)])
    assert not any(everything(delta).values())


def test_a_topic_created_anew_is_deleted_and_created() -> None:
    delta = delta_of(a_topic(), [RemoveTopicRecord(topic_id=FOO), *a_topic(topic_id=BAR)])
    assert [topic.id for topic in delta.deleted_topics()] == [FOO]
    assert [topic.id for topic in delta.created_topics()] == [BAR]
    assert [(change.topic.id, change.after is None) for change in delta.partitions()] == [
        (FOO, True),
        (BAR, False),
    ]


def test_a_feature_that_changed_is_told_with_both_levels() -> None:
    level = "metadata.version"
    delta = delta_of(
        [FeatureLevelRecord(name=level, feature_level=25)], [FeatureLevelRecord(name=level, feature_level=30)]
    )
    assert delta.features() == [Change(level, 25, 30)]


def test_a_broker_leads_follows_and_loses_partitions() -> None:
    delta = delta_of([], [*a_topic(), *a_topic("bar", BAR, leader=2)])
    changes = local_changes(delta, 1)
    assert [change.topic.name for change in changes.leading] == ["foo"]
    assert [change.topic.name for change in changes.following] == ["bar"]
    assert changes.removed == ()
    assert local_changes(delta, 9) == ((), (), ())


def test_a_deleted_topic_is_removed_from_its_replicas() -> None:
    delta = delta_of(a_topic(), [RemoveTopicRecord(topic_id=FOO)])
    assert [change.topic.name for change in local_changes(delta, 2).removed] == ["foo"]
    assert local_changes(delta, 3).removed == ()


def test_a_replica_that_moved_away_is_removed() -> None:
    move = PartitionChangeRecord(topic_id=FOO, partition_id=0, replicas=[1, 3], isr=[1])
    delta = delta_of(a_topic(), [move])
    assert [change.partition_id for change in local_changes(delta, 2).removed] == [0]
    assert len(local_changes(delta, 3).following) == 1


def test_a_leader_is_elected_only_when_the_leader_epoch_rose() -> None:
    shrink = PartitionChangeRecord(topic_id=FOO, partition_id=0, isr=[1])
    elect = PartitionChangeRecord(topic_id=FOO, partition_id=0, leader=1)
    assert len(local_changes(delta_of(a_topic(), [shrink]), 1).elected()) == 0
    assert len(local_changes(delta_of(a_topic(), [shrink]), 1).leading) == 1
    assert len(local_changes(delta_of(a_topic(), [elect]), 1).elected()) == 1


def test_an_empty_cluster_differs_from_itself_in_nothing() -> None:
    assert not any(everything(between(EMPTY, EMPTY)).values())
