"""What changed between two images.

The keys that records touch are noted while they are replayed, and only these are compared: a change in a
cluster of a hundred thousand partitions costs what it touches. After a snapshot `between` compares all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ottla.metadata.client_quotas import entity_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ottla.metadata.acls import Acl
    from ottla.metadata.brokers import Broker
    from ottla.metadata.client_quotas import QuotaEntity, Quotas
    from ottla.metadata.configs import ConfigResource, Overrides
    from ottla.metadata.controllers import Controller
    from ottla.metadata.delegation_tokens import DelegationToken
    from ottla.metadata.image import MetadataImage
    from ottla.metadata.partitions import Partition
    from ottla.metadata.scram import ScramCredential, ScramKey
    from ottla.metadata.topics import Topic
    from ottla.model.uuid import Uuid

Key = TypeVar("Key")
Value = TypeVar("Value")


class Change(NamedTuple, Generic[Key, Value]):
    """One thing that differs. None stands for «is not there»."""

    key: Key
    before: Value | None
    after: Value | None


class PartitionChange(NamedTuple):
    """One partition that differs; it is gone when `after` is None."""

    topic: Topic
    """As it is now, or as it was last."""
    partition_id: int
    before: Partition | None
    after: Partition | None


class MetadataDelta(NamedTuple):
    """From one published image to the next. Everything it lists is sorted."""

    before: MetadataImage
    after: MetadataImage
    touched: Mapping[str, set[Any]]
    """By subject: the keys that may differ. Those of `topics` are topic ids, of `partitions` id and index."""

    def features(self) -> list[Change[str, int]]:
        return self._changes("features", self.before.features.get, self.after.features.get)

    def brokers(self) -> list[Change[int, Broker]]:
        return self._changes("brokers", self.before.brokers.get, self.after.brokers.get)

    def controllers(self) -> list[Change[int, Controller]]:
        return self._changes("controllers", self.before.controllers.get, self.after.controllers.get)

    def configs(self) -> list[Change[ConfigResource, Overrides]]:
        return self._changes("configs", self.before.configs.resources.get, self.after.configs.resources.get)

    def client_quotas(self) -> list[Change[QuotaEntity, Quotas]]:
        return self._changes(
            "client_quotas", self.before.client_quotas.get, self.after.client_quotas.get, entity_order
        )

    def acls(self) -> list[Change[Uuid, Acl]]:
        return self._changes("acls", self.before.acls.get, self.after.acls.get)

    def scram(self) -> list[Change[ScramKey, ScramCredential]]:
        return self._changes("scram", self.before.scram.get, self.after.scram.get)

    def delegation_tokens(self) -> list[Change[str, DelegationToken]]:
        return self._changes(
            "delegation_tokens", self.before.delegation_tokens.get, self.after.delegation_tokens.get
        )

    def created_topics(self) -> list[Topic]:
        """By name. A topic that was deleted and created anew has another id and is in both lists."""
        return self._topics_only_in(self.after, self.before)

    def deleted_topics(self) -> list[Topic]:
        return self._topics_only_in(self.before, self.after)

    def partitions(self) -> list[PartitionChange]:
        """Created, changed and deleted partitions, by topic and index; those of deleted topics first."""
        keys = {
            (topic.id, index)
            for topic in self.deleted_topics()
            for index, _ in topic.partitions.sorted_items()
        }
        found = [self._partition(*key) for key in keys | self.touched.get("partitions", set())]
        changed = [change for change in found if change is not None and change.before != change.after]
        return sorted(
            changed, key=lambda change: (_still_there(change), change.topic[:2], change.partition_id)
        )

    def _changes(
        self,
        subject: str,
        before: Callable[[Key], Value | None],
        after: Callable[[Key], Value | None],
        order: Callable[[Key], Any] | None = None,
    ) -> list[Change[Key, Value]]:
        keys = sorted(self.touched.get(subject, ()), key=order)
        return [Change(key, before(key), after(key)) for key in keys if before(key) != after(key)]

    def _topics_only_in(self, image: MetadataImage, other: MetadataImage) -> list[Topic]:
        found = (image.topics.by_id(topic_id) for topic_id in self.touched.get("topics", ()))
        return sorted(topic for topic in found if topic is not None and other.topics.by_id(topic.id) is None)

    def _partition(self, topic_id: Uuid, partition_id: int) -> PartitionChange | None:
        old, new = self.before.topics.by_id(topic_id), self.after.topics.by_id(topic_id)
        topic = new or old
        if topic is None:
            return None
        before = old.partitions.get(partition_id) if old is not None else None
        after = new.partitions.get(partition_id) if new is not None else None
        return PartitionChange(topic, partition_id, before, after)


def _still_there(change: PartitionChange) -> bool:
    return change.after is not None


def between(before: MetadataImage, after: MetadataImage) -> MetadataDelta:
    """The delta of two images that no records connect, as after loading a snapshot: all keys may differ."""
    touched: dict[str, set[Any]] = {
        "features": set(before.features.finalized()) | set(after.features.finalized()),
        "brokers": {key for image in (before, after) for key, _ in image.brokers.brokers.sorted_items()},
        "configs": {key for image in (before, after) for key, _ in image.configs.resources.sorted_items()},
        "topics": {key for image in (before, after) for key, _ in image.topics.topics.sorted_items()},
        "partitions": {
            (topic_id, index)
            for image in (before, after)
            for topic_id, topic in image.topics.topics.sorted_items()
            for index, _ in topic.sorted_partitions()
        },
        "client_quotas": {
            key
            for image in (before, after)
            for key, _ in image.client_quotas.sorted_items(lambda item: entity_order(item[0]))
        },
    }
    for subject in ("controllers", "acls", "scram", "delegation_tokens"):
        touched[subject] = {
            key for image in (before, after) for key, _ in getattr(image, subject).sorted_items()
        }
    return MetadataDelta(before, after, touched)
