"""The group coordinator follows the metadata: its shards live where `__consumer_offsets` is led."""

from ottla.metadata.delta import MetadataDelta
from ottla.metadata.image import MetadataImage
from ottla.metadata.local_changes import local_changes
from ottla.model.ids import BrokerId, LeaderEpoch
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.runtime.machines.groups.group_coordinators import GroupCoordinators
from ottla.runtime.partitions.partitions import Partitions


class GroupsPublisher:
    """Called with each new image, after the partitions have taken it over."""

    def __init__(self, broker: BrokerId, groups: GroupCoordinators, partitions: Partitions) -> None:
        self._broker, self._groups, self._partitions = broker, groups, partitions

    def publish(self, image: MetadataImage, delta: MetadataDelta) -> None:
        changes = local_changes(delta, self._broker)
        for change in (*changes.removed, *changes.following):
            if change.topic.name == GROUP_METADATA_TOPIC:
                self._groups.resign(change.partition_id)
        for change in changes.elected():
            if change.topic.name == GROUP_METADATA_TOPIC and change.after is not None:
                partition = self._partitions.find(GROUP_METADATA_TOPIC, change.partition_id)
                assert partition is not None, "partitions are published first"
                self._groups.elect(partition, LeaderEpoch(change.after.leader_epoch))
        deleted = delta.deleted_topics()
        if deleted:
            self._groups.topics_deleted((topic.id, topic.name) for topic in deleted)
