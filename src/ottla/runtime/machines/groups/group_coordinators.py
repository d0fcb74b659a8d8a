"""The group coordinator of this broker: a shard for each partition of `__consumer_offsets` that it leads."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ottla.groups.answers import Refused
from ottla.groups.config import GroupsConfig
from ottla.groups.partition_of_group import partition_of_group
from ottla.machine.later import Later, all_of
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Ticket
from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.deadlines import Deadlines
from ottla.runtime.machines.groups.shard_slot import ShardSlot
from ottla.runtime.machines.groups.timely import within
from ottla.runtime.partitions.partition import Partition

if TYPE_CHECKING:
    from ottla.groups.commands import Command

_NOT_COORDINATOR = Refused(ErrorCode.NOT_COORDINATOR)
_NOT_AVAILABLE = Refused(ErrorCode.COORDINATOR_NOT_AVAILABLE)


class GroupCoordinators:
    """What the handlers ask. Every answer is the command's own, or Refused."""

    def __init__(
        self,
        config: GroupsConfig,
        clock: Clock,
        deadlines: Deadlines,
        partition_count: Callable[[], int],
    ) -> None:
        """`partition_count`: how many partitions `__consumer_offsets` has, 0 while there is no such topic."""
        self.config = config
        self._clock, self._deadlines, self._partition_count = clock, deadlines, partition_count
        self._slots: dict[int, ShardSlot] = {}
        self._closed = False

    def elect(self, partition: Partition, leader_epoch: LeaderEpoch) -> None:
        """This broker leads `partition` from now on. One that it led already goes on as it was."""
        index = partition.name.partition
        slot = self._slots.get(index)
        if self._closed or (slot is not None and slot.partition is partition):
            return
        self.resign(index)
        slot = self._slots[index] = ShardSlot(
            partition, leader_epoch, self.config, self._clock, self._deadlines
        )
        slot.load()

    def resign(self, partition_index: int) -> None:
        """This broker does not lead the partition any more, or it is deleted."""
        slot = self._slots.pop(partition_index, None)
        if slot is not None:
            slot.close()

    def partition_for(self, group_id: str) -> int | None:
        """Where the group lives; None while there is no such topic."""
        count = self._partition_count()
        return partition_of_group(group_id, count) if count else None

    def submit(
        self, group_id: str, command: "Callable[[Ticket], Command]", *, may_wait: bool = False
    ) -> Later[Any]:
        """Have the group's shard decide on the command that `command` makes for its ticket.

        `may_wait` says that the answer may hang on what other members do; others are given up when their
        records are not committed in time (offsets.commit.timeout.ms).
        """
        if self._closed:
            return settled(_NOT_AVAILABLE)
        index = self.partition_for(group_id)
        slot = None if index is None else self._slots.get(index)
        if slot is None:
            return settled(_NOT_COORDINATOR)
        return slot.submit(command) if may_wait else self._in_time(slot.submit(command))

    def submit_all(self, command: "Callable[[Ticket], Command]") -> Later[list[Any]]:
        """The answers of all shards, by partition."""
        if self._closed:
            return settled([_NOT_AVAILABLE])
        return all_of([self._in_time(slot.submit(command)) for _, slot in sorted(self._slots.items())])

    def topics_deleted(self, topics: Iterable[tuple[bytes, str]]) -> None:
        """Forget the offsets on these topics (id and name)."""
        from ottla.groups.commands import DeletedTopic, ForgetTopics

        deleted = tuple(DeletedTopic(*topic) for topic in topics)
        for slot in self._slots.values():
            slot.tell(ForgetTopics(deleted))

    def close(self) -> None:
        """The broker stops."""
        self._closed = True
        for index in list(self._slots):
            self.resign(index)

    def _in_time(self, answer: Later[Any]) -> Later[Any]:
        return within(answer, self.config.offsets_commit_timeout_ms, _NOT_AVAILABLE, self._deadlines)


def settled(answer: Any) -> Later[Any]:
    later: Later[Any] = Later()
    later.settle(answer)
    return later
