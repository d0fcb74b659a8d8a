"""All partitions of this broker, by topic: created, found, deleted."""

from collections.abc import Callable, Iterator

from ottla.metadata.partitions import Partition as PartitionState
from ottla.metadata.topics import Topic
from ottla.model.errors import ErrorCode
from ottla.model.ids import BrokerId, LeaderEpoch, TopicPartition
from ottla.model.now import Now
from ottla.model.uuid import ZERO
from ottla.replication.leader import LeaderReplica
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.partition import Partition

_NOT_HERE = (None, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
_UNKNOWN_ID = (None, ErrorCode.UNKNOWN_TOPIC_ID)
_OFFLINE = (None, ErrorCode.KAFKA_STORAGE_ERROR)


class Partitions:
    """What this broker leads. The metadata decides; this carries it out."""

    def __init__(self, broker: BrokerId, directories: LogDirectories) -> None:
        self._broker, self._directories = broker, directories
        self._by_name: dict[str, dict[int, Partition]] = {}
        self._names: dict[bytes, str] = {}
        self.on_disk_failure: Callable[[Partition, OSError], None] | None = None
        """Told when an operation on a partition's files fails."""

    def __iter__(self) -> Iterator[Partition]:
        for partitions in self._by_name.values():
            yield from partitions.values()

    def __len__(self) -> int:
        return sum(map(len, self._by_name.values()))

    def find(self, topic: str, index: int) -> Partition | None:
        partitions = self._by_name.get(topic)
        return None if partitions is None else partitions.get(index)

    def led(self, topic: str, topic_id: bytes, index: int) -> tuple[Partition | None, ErrorCode]:
        """The partition, named by id or else by name, if this broker leads it; else why not."""
        if topic_id != ZERO:
            name = self._names.get(topic_id)
            if name is None:
                return _UNKNOWN_ID
            topic = name
        partitions = self._by_name.get(topic)
        partition = partitions.get(index) if partitions is not None else None
        if partition is None:
            return _NOT_HERE
        return _OFFLINE if partition.is_offline else (partition, ErrorCode.NONE)

    def lead(self, topic: Topic, index: int, state: PartitionState, now: Now) -> Partition:
        """Take the lead of a partition, creating its log where there is none; or take its new state over."""
        partition = self.find(topic.name, index)
        if partition is not None:
            partition.lead(LeaderEpoch(state.leader_epoch), frozenset(state.isr), state.partition_epoch, now)
            return partition
        name = TopicPartition(topic.name, index)
        log, high_watermark = self._directories.open_log(name, topic.id, now)
        replica = LeaderReplica(
            broker=self._broker,
            epoch=LeaderEpoch(state.leader_epoch),
            isr=frozenset(state.isr),
            partition_epoch=state.partition_epoch,
            high_watermark=high_watermark,
            log_end=log.log_end_offset,
        )
        partition = Partition(name, topic.id, log, replica, self._disk_failed)
        log.on_disk_failure(partition.disk_failed)
        self._by_name.setdefault(topic.name, {})[index] = partition
        self._names[topic.id] = topic.name
        log.epochs.assign(state.leader_epoch, log.log_end_offset)
        partition.take_stock(now)
        return partition

    def high_watermarks(self) -> dict[TopicPartition, int]:
        """How far each partition is committed."""
        return {partition.name: int(partition.high_watermark) for partition in self}

    def _disk_failed(self, partition: Partition, error: OSError) -> None:
        if self.on_disk_failure is not None:
            self.on_disk_failure(partition, error)

    def remove(self, topic: Topic, index: int, now: Now) -> None:
        """The partition is deleted: its log goes, whoever waits is told."""
        partition = self._by_name.get(topic.name, {}).pop(index, None)
        if partition is None:
            return
        partition.depose(now)
        self._directories.delete_log(partition.name, now)
        if not self._by_name[topic.name]:
            del self._by_name[topic.name]
            self._names.pop(topic.id, None)
